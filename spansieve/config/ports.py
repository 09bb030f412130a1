"""Who listens where, who sends where: clashes of listeners, and exporters that would send to ourselves."""

import re
from typing import NamedTuple

from spansieve.endpoint import is_this_machine

from .components import Known
from .problems import NOWHERE, Path, Place
from .report import Report
from .tree import each_text

__all__ = ["METRICS", "Listener", "check_ports", "is_here", "shown"]

METRICS = "service.telemetry.metrics"
"""The name of the program's own metrics endpoint among the listeners."""

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:/{2,3})?(?:[^/@\s]*@)?(\[[^\]]*\]|[^:/\s]*):([0-9]{1,5})(?:[/?#].*)?", re.IGNORECASE
)
_EVERY = {"", "0.0.0.0", "::", "*"}  # noqa: S104 (compared, not bound)


class Listener(NamedTuple):
    """A listener: whose it is, and `host:port`."""

    name: str
    endpoint: str
    place: Place
    path: Path


def listeners(known: Known, report: Report) -> list[Listener]:
    """The endpoints of a component, each with the place that says it."""
    found = known.ask(lambda component, config: [str(one) for one in component.endpoints(config)], [], report)
    return [Listener(str(known.id), endpoint, *_place(known, endpoint)) for endpoint in found]


def _place(known: Known, endpoint: str) -> tuple[Place, Path]:
    for path, node in each_text(known.node):
        if node.value == endpoint:
            return node.place, (*known.path, *path)
    return known.key, known.path


def check_ports(servers: list[Known], exporters: list[Known], metrics: str, report: Report) -> None:
    """Check receivers and extensions (`servers`), exporters and the metrics endpoint against each other."""
    own = [listener for known in servers for listener in listeners(known, report)]
    every = [Listener(METRICS, metrics, NOWHERE, ()), *own] if metrics else own
    for index, listener in enumerate(every):
        for former in every[:index]:
            if _same(former.endpoint, listener.endpoint, listening=True):
                whose = "twice" if former.name == listener.name else f"of {former.name} too"
                text = f"{shown(listener.endpoint)} is an endpoint {whose}: two can't listen on one port"
                report.problem(listener.place, listener.path, text)
                break
    receivers = [one for known in servers if known.kind == "receivers" for one in listeners(known, Report())]
    for known in exporters:
        if known.ask(lambda component, config: component.off(config), None, report) is None:
            _check_target(known, receivers, report)


def _check_target(known: Known, receivers: list[Listener], report: Report) -> None:
    for target in listeners(known, report):
        for receiver in receivers:
            if _same(receiver.endpoint, target.endpoint, listening=False):
                where = f"where our own receiver {receiver.name} listens"
                text = f"{shown(target.endpoint)} is {where}: everything would come back"
                report.problem(target.place, target.path, text, "Give the endpoint of the backend.")


def _same(one: str, other: str, *, listening: bool) -> bool:
    """Whether two endpoints mean one socket. Two listeners clash too when one of them takes every address."""
    first, second = _parsed(one), _parsed(other)
    if first is None or second is None or first[1] != second[1] or first[1] == 0:
        return one == other and first is None and one.startswith(("unix:", "/"))
    hosts = first[0], second[0]
    if listening and any(host in _EVERY for host in hosts):
        return True
    return hosts[0] == hosts[1] or all(_is_local(host) for host in hosts)


def shown(endpoint: str) -> str:
    """`endpoint` without what could be a password in it."""
    found = _parsed(endpoint)
    if not found:
        return "the endpoint"
    host, port = found
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_here(endpoint: str, *, listens: bool = False) -> bool:
    """Whether a target is on this host for sure: a loopback address, or a socket's path. `listens`: it is a listener,
    that others reach where it takes every address.
    """
    found = _parsed(endpoint)
    if found is None:
        return endpoint.startswith(("unix:", "/"))
    return is_this_machine(found[0]) if listens else _is_local(found[0])


def _parsed(endpoint: str) -> tuple[str, int] | None:
    found = _ADDRESS.fullmatch(endpoint.strip())
    return (found[1].strip("[]").lower(), int(found[2])) if found else None


def _is_local(host: str) -> bool:
    return host in _EVERY or is_this_machine(host)
