"""Frames between two processes: whole, in order, bounded, and never waited for where that would stop the chain."""

import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.workers.link import Broken, Kind, Link

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.fixture
def links() -> Iterator[tuple[Link, Link]]:
    one, other = map(Link, socket.socketpair())
    yield one, other
    one.close()
    other.close()


@settings(deadline=None)
@given(st.sampled_from(Kind), JSON, st.lists(st.binary(), max_size=3))
def test_what_is_sent_comes_out(kind: Kind, header: object, bodies: list[bytes]) -> None:
    one, other = map(Link, socket.socketpair())
    one.send(kind, header, *bodies)
    assert other.receive() == (kind, header, b"".join(bodies))
    one.close()
    other.close()


def test_a_large_frame_passes_while_the_other_side_reads(links: tuple[Link, Link]) -> None:
    body = bytes(8 * 1024 * 1024)
    sender = threading.Thread(target=links[0].send, args=(Kind.REQUEST, [1], body))
    sender.start()
    assert links[1].receive().body == body
    sender.join()


def test_posts_never_wait_and_arrive_in_order(links: tuple[Link, Link]) -> None:
    for number in range(5_000):  # far more than a socket holds, and nobody reads
        links[0].post(Kind.ANSWER, [number, "x" * 100])
    assert [links[1].receive().header[0] for _ in range(5_000)] == list(range(5_000))


def test_who_receives_notices_that_the_other_side_is_gone(links: tuple[Link, Link]) -> None:
    links[0].send(Kind.STOP, None)
    links[0].close()
    assert links[1].receive().kind is Kind.STOP
    with pytest.raises(Broken):
        links[1].receive()
    with pytest.raises(Broken):
        links[1].send(Kind.READY, None)
    links[1].post(Kind.ANSWER, None)  # nobody is left who waits


@settings(deadline=None)
@given(st.binary(min_size=9, max_size=40))
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    one, other = socket.socketpair()
    one.sendall(data)
    one.close()
    link = Link(other)
    try:
        frame = link.receive()
    except Broken:
        pass
    else:
        assert isinstance(frame.kind, Kind)
    link.close()
