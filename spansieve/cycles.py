"""How often Python looks for cycles of objects that nobody holds."""

import gc


def hold_off() -> None:
    """Look after a million new objects and not, as Python does, after 700: for whoever starts a process, before its
    imports. A start makes 200,000, nearly all to stay; looking at them again and again was a fifth of its time.
    """
    gc.set_threshold(1_000_000, 50, 100)


def settle() -> None:
    """Pass over all that there is from now on, and look seldom: batches make many objects and no cycles, and looking
    after every 700 of them costs 10-15 % of the chain's time at 512 spans a request (python -m bench.pass_through).
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
