"""A port is free before the first process shares it, and ours from then on."""

import socket
from collections.abc import Iterator

import pytest

from spansieve.endpoint import Address, bind, listening
from spansieve.workers.ports import Ports


@pytest.fixture
def address() -> Address:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return Address(socket.AF_INET, "127.0.0.1", free.getsockname()[1])


@pytest.fixture
def ports() -> Iterator[Ports]:
    one = Ports()
    yield one
    one.leave()


def test_a_port_that_is_kept_is_shared_by_who_shares_and_refused_to_others(ports: Ports, address: Address) -> None:
    ports.keep({address: "otlp"})
    with bind(address, reuse_port=True), bind(address, reuse_port=True):
        pass
    with pytest.raises(OSError, match="in use"):
        bind(address)
    ports.leave()
    bind(address).close()


@pytest.mark.parametrize("sharing", [False, True])
def test_another_program_is_noticed(ports: Ports, address: Address, *, sharing: bool) -> None:
    with bind(address, reuse_port=sharing), pytest.raises(OSError, match=r"receivers.otlp: can't listen on 127.0.0.1"):
        ports.keep({address: "otlp"})
    assert ports.held() == []


def test_what_a_reload_wants_beside_what_is_kept_is_ours_already(ports: Ports, address: Address) -> None:
    ports.keep({address: "otlp"})
    with bind(address, reuse_port=True):  # an intake process
        every = dict.fromkeys(listening(f":{address.port}"), "otlp")
        ports.keep(every)
    ports.leave(every)
    assert ports.held() == list(every)


def test_a_loopback_address_that_the_machine_lacks_is_done_without(ports: Ports, address: Address) -> None:
    missing = Address(socket.AF_INET, "203.0.113.7", address.port, needed=False)
    ports.keep({address: "otlp", missing: "otlp"})
    assert ports.held() == [address]
