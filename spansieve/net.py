"""The process's one event loop, on a thread of its own: every HTTP server and client lives there."""

import asyncio
import threading
from collections.abc import Awaitable
from typing import TypeVar

ResultT = TypeVar("ResultT")


class Loop:
    """An asyncio loop in a daemon thread, started on construction."""

    def __init__(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="spansieve-loop", daemon=True)
        self._thread.start()

    def run(self, work: Awaitable[ResultT], timeout: float | None = None) -> ResultT:
        """Run `work` on the loop and wait for its result. Raises what it raises, and TimeoutError (it is then
        cancelled).
        """

        async def task() -> ResultT:
            return await work

        future = asyncio.run_coroutine_threadsafe(task(), self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise

    def close(self) -> None:
        """Cancel what still runs and end the thread."""
        if self._loop.is_closed():
            return

        async def cancel_all() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        try:
            asyncio.run_coroutine_threadsafe(cancel_all(), self._loop).result(5)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            self._loop.close()
