"""TLS of the listeners, with and without certificates of clients."""

import http.client
from pathlib import Path
from typing import Any

import grpc
import pytest
from pydantic import ValidationError

from spansieve.receivers.otlp import Otlp, OtlpConfig
from spansieve.testing import OK, otlp_request
from spansieve.tls import ClientTls, ServerTls, openssl_name

CERTS = Path(__file__).parents[2] / "fixtures" / "certs"
BODY = otlp_request("agent", OK)
SERVER = {"cert_file": str(CERTS / "server.pem"), "key_file": str(CERTS / "server.key")}
CA = {"ca_file": str(CERTS / "ca.pem")}
CLIENT = {**CA, "cert_file": str(CERTS / "client.pem"), "key_file": str(CERTS / "client.key")}
AS_PEM = {name.replace("_file", "_pem"): Path(path).read_text() for name, path in SERVER.items()}
MUTUAL = {**SERVER, "client_ca_file": str(CERTS / "ca.pem")}


def over_grpc(client: Any, tls: dict[str, Any]) -> bytes:  # noqa: ANN401
    credentials = ClientTls.model_validate(tls).grpc_credentials()
    with grpc.secure_channel(f"localhost:{client.receiver.grpc_port}", credentials) as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        return bytes(export(BODY, timeout=20))


def over_http(client: Any, tls: dict[str, Any]) -> int:  # noqa: ANN401
    context = ClientTls.model_validate(tls).ssl_context()
    connection = http.client.HTTPSConnection("localhost", client.receiver.http_port, timeout=20, context=context)
    try:
        connection.request("POST", "/v1/traces", BODY, {"Content-Type": "application/x-protobuf"})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("tls", [SERVER, AS_PEM])
def test_clients_that_trust_the_certificate_are_served(start: Any, tls: dict[str, Any]) -> None:  # noqa: ANN401
    client = start(grpc={"tls": tls}, http={"tls": tls})
    assert over_grpc(client, CA) == b""
    assert over_http(client, CA) == 200
    assert over_http(client, {"insecure_skip_verify": True}) == 200
    assert over_http(client, {**CA, "include_system_ca_certs_pool": True, "max_version": "1.2"}) == 200
    with pytest.raises(grpc.RpcError):
        over_grpc(client, {})
    with pytest.raises(OSError, match="certificate verify failed"):
        over_http(client, {})


def test_clients_must_show_a_certificate_when_that_is_asked(start: Any) -> None:  # noqa: ANN401
    client = start(grpc={"tls": MUTUAL}, http={"tls": MUTUAL})
    assert over_grpc(client, CLIENT) == b""
    assert over_http(client, CLIENT) == 200
    with pytest.raises(grpc.RpcError):
        over_grpc(client, CA)
    with pytest.raises((OSError, http.client.HTTPException)):
        over_http(client, CA)


@pytest.mark.parametrize("protocol", ["grpc", "http"])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"cert_file": "/nowhere.pem"}, r"tls\.cert_file: /nowhere.pem can't be read: No such file"),
        ({"cert_file": str(CERTS / "client.pem")}, r"tls\.cert_file, key_file: not usable"),
        ({"client_ca_file": SERVER["key_file"]}, r"tls\.client_ca_file: not usable"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_key(core: Any, protocol: str, change: Any, problem: str) -> None:  # noqa: ANN401
    keys = {"endpoint": "localhost:0", "tls": {**SERVER, **change}}
    receiver = Otlp(OtlpConfig.model_validate({"protocols": {protocol: keys}}), core)
    with pytest.raises(ValueError, match=rf"receivers\.otlp\.protocols\.{protocol}\.{problem}"):
        receiver.start()
    receiver.shutdown()


def test_versions_and_suites_hold_for_http_and_are_refused_for_grpc() -> None:
    suites = ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]
    tls = ServerTls.model_validate({**SERVER, "min_version": "1.2", "max_version": "1.2", "cipher_suites": suites})
    context = tls.ssl_context(None)
    assert "ECDHE-ECDSA-AES128-GCM-SHA256" in {suite["name"] for suite in context.get_ciphers()}
    with pytest.raises(ValueError, match="can't be set for gRPC"):
        tls.grpc_certificates(None)
    with pytest.raises(ValueError, match="gRPC's library always verifies"):
        ClientTls(insecure_skip_verify=True).grpc_credentials()


@pytest.mark.parametrize(
    ("go", "openssl"),
    [
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"),
        ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"),
        ("TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"),
        ("ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"),
    ],
)
def test_suites_have_two_names(go: str, openssl: str) -> None:
    assert openssl_name(go) == openssl


def test_a_key_is_never_shown() -> None:
    tls = ServerTls.model_validate(AS_PEM)
    assert "PRIVATE" not in repr(tls) + tls.model_dump_json()
    with pytest.raises(ValidationError) as error:
        ServerTls.model_validate({"key_pem": AS_PEM["key_pem"]})
    assert "needs its key" in str(error.value)
