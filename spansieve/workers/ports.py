"""The receivers' ports as the parent keeps them: free before the first intake process binds them, then ours.

SO_REUSEPORT lets any process of the same user share a port without a word. So the parent binds each address alone
first, which fails where another program listens, and then keeps a socket bound there that does not listen: nothing is
delivered to it, and who does not share is refused the port while no intake process lives.
"""

import os
import socket
from collections.abc import Iterable

from spansieve.config.load import Loaded
from spansieve.endpoint import Address, bind, tolerable
from spansieve.front import received
from spansieve.plugin import Receiver


def addresses(loaded: Loaded) -> dict[Address, str]:
    """Every address that the receivers in use bind, with the receiver's id. Raises OSError."""
    found: dict[Address, str] = {}
    for one in dict.fromkeys(one for name in loaded.service.pipelines for one in received(loaded, name)):
        settings = loaded.receivers[one]
        receiver: type[Receiver] = settings.component  # type: ignore[type-arg, assignment]
        found |= dict.fromkeys(receiver.addresses(settings.config), one)
    return found


class Ports:
    """The addresses that are kept."""

    def __init__(self) -> None:
        """None."""
        self._kept: dict[Address, socket.socket] = {}

    def keep(self, wanted: dict[Address, str]) -> None:
        """Keep these addresses too. Raises OSError, with the receiver's id, for one that another program has."""
        for address, receiver in wanted.items():
            if address in self._kept:
                continue
            try:
                if all(ours.port != address.port for ours in self._kept):
                    bind(address).close()
                self._kept[address] = _bound(address)
            except OSError as error:
                if tolerable(address, error):
                    continue
                text = f"receivers.{receiver}: can't listen on {address}: {os.strerror(error.errno or 0)}."
                raise OSError(f"{text} Stop the program that has the address, or set another endpoint") from error

    def held(self) -> list[Address]:
        """The addresses that are kept."""
        return list(self._kept)

    def leave(self, wanted: Iterable[Address] = ()) -> None:
        """Keep nothing but these."""
        wanted = set(wanted)
        for address in [one for one in self._kept if one not in wanted]:
            self._kept.pop(address).close()


def _bound(address: Address) -> socket.socket:
    one = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if address.family == socket.AF_INET6:
            alone = address.host != "::" or not socket.has_dualstack_ipv6()
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(alone))
        one.bind((address.host, address.port))
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # from now on only who shares may have it too
    except OSError:
        one.close()
        raise
    return one
