"""A planted secret comes out nowhere: not in errors, `config show`, logs at debug level, metrics or answers.

The configurations are found, not listed: every key of every installed component that holds a secret gets one, rightly
and wrongly written.
"""

import base64
import json
import typing
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
from pydantic import BaseModel, SecretStr

from spansieve.config.load import load
from spansieve.config.model import keys, members
from spansieve.config.problems import ConfigError
from spansieve.config.show import show
from spansieve.registry import KINDS, Kind, Registry
from spansieve.testing import OK, otlp_request

from .program import Sink, eventually, export, post, running, typed

MARKER = "pl4nted-s3cret"
ENCODED = base64.b64encode((MARKER * 3).encode()).decode()
"""The same where a key has to be one: base64 of 32 bytes or more."""
Way = tuple[str, ...]

NEEDED: dict[str, dict[str, Any]] = {
    "otlp_http": {"endpoint": "http://localhost:4999"},
    "otlphttp": {"endpoint": "http://localhost:4999"},
    "otlp": {"endpoint": "localhost:4999"},
    "otlp_grpc": {"endpoint": "localhost:4999"},
    "webhook": {"url": "https://hooks.example"},
    "basicauth.client_auth": {"username": "desk"},
}
"""What a component's or section's configuration needs beside a secret."""


def secret_keys(
    model: type[BaseModel], way: Way = (), around: tuple[type[BaseModel], ...] = ()
) -> Iterator[tuple[Way, str]]:
    """The way to every key of `model` that holds secrets, and how: one, a list of them, or a map to them. Models may
    hold themselves: those `around` are not gone into again.
    """
    if model in around:
        return
    for key, field in keys(model).items():
        for member in members(field.annotation):
            held = typing.get_args(member)
            if member is SecretStr:
                yield (*way, key), "one"
            elif SecretStr in held:
                yield (*way, key), "map" if typing.get_origin(member) is dict else "list"
            elif isinstance(member, type) and issubclass(member, BaseModel):
                yield from secret_keys(member, (*way, key), (*around, model))
            else:
                for inner in held:
                    if isinstance(inner, type) and issubclass(inner, BaseModel):
                        yield from secret_keys(inner, (*way, key), (*around, model))


def every_secret_key() -> Iterator[tuple[Kind, str, Way, str]]:
    registry = Registry()
    for kind in KINDS:
        for name in registry.names(kind):
            for way, form in secret_keys(registry.load(kind, name).config):
                yield kind, name, way, form


def configured(kind: Kind, name: str, way: Way, value: object) -> str:
    """A configuration whose component `name/x` has `value` at `way`; JSON is YAML."""
    body: dict[str, Any] = dict(NEEDED.get(name, {})) if kind == "exporters" else {}
    if kind == "receivers":
        body["protocols"] = {"grpc": {}}
    here = body
    for depth, step in enumerate(way[:-1]):
        here = here.setdefault(step, {})
        here |= NEEDED.get(".".join((name, *way[: depth + 1])), {})
    here[way[-1]] = value
    whole: dict[str, Any] = {
        "receivers": {"otlp": {"protocols": {"http": {}}}},
        "exporters": {"debug": {}},
        "service": {"pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["debug"]}}},
    }
    whole.setdefault(kind, {})[f"{name}/x"] = body
    return json.dumps(whole)


def said(folder: Path, text: str) -> tuple[bool, str]:
    """Whether the configuration `text` was taken, and all that is shown of it."""
    file = folder / "config.yaml"
    file.write_text(text)
    try:
        loaded = load([str(file)], env={"PLANTED": MARKER, "PLANTED_LIST": f"[{MARKER}, 5]"})
    except ConfigError as error:
        return False, f"{error}{error!r}{[repr(problem) for problem in error.problems]}"
    configs = [component.config for kind in KINDS for component in getattr(loaded, kind).values()]
    return True, f"{show(loaded)}{loaded!r}{configs}{[str(warning) for warning in loaded.warnings]}"


SECRET_KEYS = list(every_secret_key())


def test_there_are_secret_keys_in_every_place_that_has_some() -> None:
    found = {f"{name}.{'.'.join(way)}" for _, name, way, _ in SECRET_KEYS}
    assert found >= {
        "otlp.headers",
        "otlp.tls.key_pem",
        "otlp_http.proxy_url",
        "otlp.protocols.http.tls.key_pem",
        "bearertokenauth.token",
        "bearertokenauth.tokens",
        "basicauth.htpasswd.inline",
        "basicauth.client_auth.password",
        "health_check.tls.key_pem",
        "webhook.secret",
        "webhook.endpoints.routing_key",
    }


@pytest.mark.parametrize(
    ("kind", "name", "way", "form"), SECRET_KEYS, ids=[f"{name}.{'.'.join(way)}" for _, name, way, _ in SECRET_KEYS]
)
def test_a_secret_key_is_never_shown(tmp_path: Path, kind: Kind, name: str, way: Way, form: str) -> None:
    good: dict[str, list[object]] = {
        "one": [MARKER, f"ann:{MARKER}", f"https://ann:{MARKER}@proxy:1", "${env:PLANTED}", ENCODED],
        "list": [[MARKER], MARKER, ["${env:PLANTED}"], "${env:PLANTED_LIST}", [f"whsec_{ENCODED}"]],
        "map": [{"authorization": MARKER}, [{"name": "a", "value": MARKER}], {"a": "${env:PLANTED}"}],
    }
    bad: list[object] = [
        [MARKER],
        {"x": MARKER},
        [[MARKER]],
        f"{MARKER}\nx: y",
        {"a b": MARKER},
        {"a": [MARKER]},
        MARKER,
    ]
    good["one"].append(f"whsec_{ENCODED}")
    bad += [{"a": f"{MARKER}\x07"}, f"{MARKER}: größe", ["a", {"x": MARKER}], f"${{env:PLANTED}}{MARKER}"]
    taken = 0
    for value in [*good[form], *bad]:
        was_taken, text = said(tmp_path, configured(kind, name, way, value))
        assert MARKER not in text, (value, text)
        assert ENCODED not in text, (value, text)
        taken += was_taken
    typo = (*way[:-1], f"{way[-1]}_")
    assert MARKER not in said(tmp_path, configured(kind, name, typo, MARKER))[1]
    # a key without its certificate is refused, and what stands in a list is no section
    assert taken or "pem" in way[-1] or "previous" in way or "endpoints" in way


URL_KEYS = ["endpoint", "traces_endpoint", "ui_url"]


@pytest.mark.parametrize(
    "url", ["http://ann:{}@host:1/p", "ann:{}@host:1", "https://{}@host:1", "http://ann:{}@host:x"]
)
def test_a_password_in_a_url_is_never_shown(tmp_path: Path, url: str) -> None:
    registry = Registry()
    for kind in KINDS:
        for name in registry.names(kind):
            for key in set(URL_KEYS) & set(keys(registry.load(kind, name).config)):
                _, text = said(tmp_path, configured(kind, name, (key,), url.format(MARKER)))
                assert MARKER not in text, (name, key, text)


CONFIG = """\
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "localhost:{grpc}", auth: {authenticator: bearertokenauth}}
      http: {endpoint: "localhost:{http}", auth: {authenticator: basicauth}}
exporters:
  otlp:
    endpoint: localhost:SINK
    tls: {insecure: true}
    headers: {x-api-key: "${env:PLANTED}"}
    auth: {authenticator: bearertokenauth}
    retry_on_failure: {initial_interval: 50ms}
  otlp_http:
    endpoint: http://localhost:9
    headers: {x-api-key: pl4nted-s3cret}
    proxy_url: http://ann:pl4nted-s3cret@localhost:9
    auth: {authenticator: basicauth/client}
    retry_on_failure: {initial_interval: 50ms}
  debug: {verbosity: basic}
extensions:
  bearertokenauth: {tokens: ["${env:PLANTED}", other]}
  basicauth: {htpasswd: {inline: "ann:${env:PLANTED}"}}
  zpages: {endpoint: "localhost:{health}"}
  basicauth/client: {client_auth: {username: ann, password: pl4nted-s3cret}}
service:
  extensions: [zpages, bearertokenauth, basicauth, basicauth/client]
  telemetry: {logs: {level: debug}, metrics: {endpoint: "localhost:{metrics}"}}
  shutdown_timeout: 1s
  pipelines: {traces: {receivers: [otlp], exporters: [otlp, otlp_http, debug]}}
"""


def _answers(program: Any) -> Iterator[bytes]:  # noqa: ANN401
    """What senders with planted credentials, right and wrong ones, are told."""
    body = otlp_request("agent", OK)
    url = f"http://localhost:{program.ports['http']}/v1/traces"
    for password in (MARKER, f"wrong {MARKER}"):
        pair = base64.b64encode(f"ann:{password}".encode()).decode()
        yield post(url, body, Authorization=f"Basic {pair}")[1]
    yield post(url, body, Authorization=f"Bearer {MARKER}")[1]
    yield post(f"{url}?token={MARKER}", body)[1]
    yield post(url, b"{", "application/json", Authorization=f"{MARKER}")[1]
    with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        for value in (f"Bearer {MARKER}", f"Bearer wrong {MARKER}"):
            call = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            try:
                yield call(body, metadata=(("authorization", value),), timeout=20)
            except grpc.RpcError as error:
                yield str(error).encode()
        with pytest.raises(grpc.RpcError) as refused:
            export(channel, "traces", body)
        yield str(refused.value).encode()


def _verb(program: Any, env: Mapping[str, str], *verb: str) -> bytes:  # noqa: ANN401
    """What is said of the configuration as it is written now."""
    done = typed(*verb, "--config", str(program.config), env=env)
    return f"{done.output}{done.exception!r}".encode()


def test_the_running_program_shows_no_secret(tmp_path: Path, sink: Sink) -> None:
    encoded = base64.b64encode(f"ann:{MARKER}".encode()).decode()
    env = {"PLANTED": MARKER}
    with running(tmp_path, CONFIG.replace("SINK", str(sink.port)), env=env) as program:
        sink.down = True
        seen = list(_answers(program))
        eventually(lambda: sink.asked > 1, "a refusal of the backend was tried again")
        sink.down = False
        eventually(sink.count, "the traces arrived")
        for port, path in (
            ("metrics", "metrics"),
            ("health", ""),
            ("health", "api/v1/"),
            ("health", "api/v1/spansieve"),
        ):
            with urllib.request.urlopen(f"http://localhost:{program.ports[port]}/{path}", timeout=10) as answer:
                seen.append(answer.read())
        program.write(CONFIG.replace("SINK", str(sink.port)).replace("tokens:", "tokns:"))
        eventually(lambda: "was not taken" in program.log(), "a bad configuration was refused")
        seen.append(_verb(program, env, "validate"))
        program.write(CONFIG.replace("SINK", str(sink.port)))
        seen.append(_verb(program, env, "config", "show"))
        program.stop()
        seen += [program.log().encode(), program.output.read_bytes()]
    assert b"accepted_spans" in b"".join(seen)
    assert b"x-api-key: " in b"".join(seen)  # the configuration was shown
    for text in seen:
        assert MARKER.encode() not in text
        assert encoded.encode() not in text
