"""targets, proxy: where an endpoint leads."""

import pytest
from pydantic import SecretStr

from spansieve.otlp.proxy import proxy_for
from spansieve.otlp.targets import Target, base_url, grpc_target, is_local, peer_of


@pytest.mark.parametrize(
    ("endpoint", "target"),
    [
        ("localhost:4317", Target("dns:///localhost:4317", "localhost:4317", None)),
        ("[::1]:4317", Target("dns:///[::1]:4317", "[::1]:4317", None)),
        ("http://a.example.org:1", Target("dns:///a.example.org:1", "a.example.org:1", False)),
        ("https://a.example.org:1/", Target("dns:///a.example.org:1", "a.example.org:1", True)),
        ("dns:///a:1", Target("dns:///a:1", "a:1", None)),
        ("dns://10.0.0.1/a:1", Target("dns://10.0.0.1/a:1", "a:1", None)),
        ("unix:///run/otlp.sock", Target("unix:/run/otlp.sock", "/run/otlp.sock", None)),
        ("unix:otlp.sock", Target("unix:otlp.sock", "otlp.sock", None)),
    ],
)
def test_endpoints_of_grpc(endpoint: str, target: Target) -> None:
    assert grpc_target(endpoint) == target


@pytest.mark.parametrize(
    "endpoint", ["a", "a:", "a:x", "a:70000", "::1:4317", "http://a", "https://a:1/path", "ws://a:1", ":1"]
)
def test_no_endpoints_of_grpc(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        grpc_target(endpoint)


def test_urls() -> None:
    assert base_url("https://a.example.org/otel?key=1") == "https://a.example.org/otel?key=1"
    assert peer_of("https://a.example.org/otel") == "a.example.org:443"
    assert peer_of("http://[::1]/") == "[::1]:80"
    assert peer_of("http://a:4318") == "a:4318"
    for url in ("a:4318", "ftp://a", "http://", "http://a:99999", "http://[a"):
        with pytest.raises(ValueError, match="URL"):
            base_url(url)


def test_the_proxy_of_the_environment_is_not_for_local_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("http://a.example.org", None) is None
    monkeypatch.setenv("http_proxy", "http://proxy:1")
    monkeypatch.setenv("no_proxy", "b.example.org")
    assert proxy_for("http://a.example.org", None) == "http://proxy:1"
    assert proxy_for("https://a.example.org", None) is None
    for local in ("http://b.example.org", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"):
        assert proxy_for(local, None) is None
    assert proxy_for("http://localhost:1", SecretStr("http://own:2")) == "http://own:2"


def test_a_name_that_only_looks_like_a_loopback_address_is_elsewhere() -> None:
    for here in ("localhost:1", "LOCALHOST:1", "127.0.0.2:1", "[::1]:1", "/run/otlp.sock"):
        assert is_local(here)
    for elsewhere in ("127.example.org:1", "127.0.0.1.example.org:1", "10.0.0.1:1", "localhost.example.org:1"):
        assert not is_local(elsewhere)
