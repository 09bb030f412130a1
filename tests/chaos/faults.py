"""The scripted faults: each is a function of a house, which it leaves broken; `House.settle` heals and checks."""

import signal
from functools import partial

from tests.e2e.program import eventually

from .backend import REPLIES
from .house import QUEUE_SIZE, House, Scenario
from .wire import HARMS


def replying(house: House, reply: str) -> None:
    """The servers answer as `reply` has it, while load goes on."""
    house.flow()
    for side in house.backend:
        side.reply(reply)
    for side in house.backend:
        house.asked(side)
    house.linger(0.1, 0.5)


def harmed(house: House, mode: str) -> None:
    """The network, or what stands in it, breaks as `mode` has it, while load goes on."""
    house.flow()
    for side in house.backend:
        side.wire.turn(mode)
    house.linger(0.3, 1.5)


def one_side_away(house: House) -> None:
    """One exporter's backend is down; the other goes on getting everything at once."""
    away, there = house.choice.sample(list(house.backend), 2)
    away.wire.turn("down")
    house.flow()
    house.arrived(there)


def flapping(house: House) -> None:
    """The backend goes and comes many times."""
    for _ in range(10):
        for side in house.sides():
            side.wire.turn(house.choice.choice(["down", "up", "reset"]))
        house.linger(0.01, 0.2)


BACKEND: dict[str, Scenario] = {
    **{name: partial(replying, reply=name) for name in REPLIES},
    **{name: partial(harmed, mode=name) for name in ("down", *HARMS)},
    "one_side_away": one_side_away,
    "flapping": flapping,
}
"""What a backend does; the program goes on."""


def reloads(house: House) -> None:
    """The configuration changes under load, again and again."""
    for _ in range(4):
        house.flow(30)
        house.reload(consumers=house.choice.randint(1, 10))


def reload_while_away(house: House) -> None:
    """The exporters change while their backends are down: their queues go over to their successors."""
    house.flow()
    for side in house.backend:
        side.wire.turn(house.choice.choice(["down", "mute", "reset"]))
    house.linger(0.1, 0.5)
    for consumers in (3, 7):
        house.reload(consumers=consumers)
        house.flow(30)


def overflow(house: House) -> None:
    """A small queue is full while its backend is away: senders are asked to come again, and none is told to give up."""
    house.reload(queue=5)
    for side in house.sides():
        side.wire.turn("down")
    house.refused(10)
    house.reload(queue=QUEUE_SIZE)
    house.flow()


def broken_reload(house: House) -> None:
    """A configuration that is wrong is refused, and the running one goes on."""
    house.flow()
    house.program.write(house.config().replace("exporters: [otlp_grpc", "exporters: [otlp_gprc"))
    house.program.process.send_signal(signal.SIGHUP)
    eventually(lambda: "was not taken" in house.program.log(), f"the mistake is said (seed {house.seed})")
    house.flow()
    house.reload()


def restart(house: House) -> None:
    """SIGTERM under load while the backend takes data: all is sent, the program ends with 0 and starts again."""
    house.flow()
    house.linger(0.0, 0.5)
    house.end()
    house.start()


def frozen(house: House) -> None:
    """The process stands still for longer than every timeout between it and its backend, as a paused container does."""
    house.flow()
    house.program.process.send_signal(signal.SIGSTOP)
    house.linger(1.5, 2.0)
    house.program.process.send_signal(signal.SIGCONT)


PROCESS: dict[str, Scenario] = {
    "reloads": reloads,
    "reload_while_away": reload_while_away,
    "overflow": overflow,
    "broken_reload": broken_reload,
    "restart": restart,
    "frozen": frozen,
}
"""What is done to the program itself, without a disk."""
