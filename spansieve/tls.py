"""`tls` of listeners and clients: keys as the Go Collector's configtls, made into `ssl` contexts or gRPC credentials.

Certificates come from files or, inline, as PEM. Files are read when the context is made; `tls_reload` makes it anew
when they change.
"""

import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import grpc
from pydantic import Field, model_validator

from spansieve.config.model import Config, Duration, Secret, Texts

TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]

_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


class _Tls(Config):
    """What both sides share."""

    tunes_go: ClassVar[dict[str, str]] = {
        "curve_preferences": "the order of curves is OpenSSL's own here",
        "tpm": "keys in a TPM can't be read here",
    }

    ca_file: str | None = Field(default=None, description="File with the authorities to trust, PEM.")
    ca_pem: Secret | None = Field(default=None, description="The same as text instead of a file.")
    cert_file: str | None = Field(default=None, description="File with the own certificate and its chain, PEM.")
    cert_pem: Secret | None = Field(default=None, description="The same as text instead of a file.")
    key_file: str | None = Field(default=None, description="File with the own certificate's private key, PEM.")
    key_pem: Secret | None = Field(default=None, description="The same as text instead of a file.")
    include_system_ca_certs_pool: bool = Field(default=False, description="Trust the system's authorities as well.")
    min_version: TlsVersion = Field(default="1.2", description="Oldest TLS version to speak.")
    max_version: TlsVersion | None = Field(default=None, description="Newest TLS version to speak.")
    cipher_suites: Texts = Field(default=[], description="Names of the cipher suites for TLS 1.2, as Go writes them.")
    reload_interval: Duration = Field(
        default=1.0, description="Changed files are taken for new connections, looked at this often; 0 = never."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in ("ca", "cert", "key"):
            if getattr(self, f"{name}_file") and getattr(self, f"{name}_pem"):
                raise ValueError(f"{name}_file and {name}_pem are both set: keep one of them")
        if bool(self.cert_file or self.cert_pem) != bool(self.key_file or self.key_pem):
            raise ValueError("a certificate needs its key: set cert_file and key_file (or the two pem keys) together")
        if self.max_version is not None and self.max_version < self.min_version:
            raise ValueError(f"max_version {self.max_version} is below min_version {self.min_version}")
        return self

    def read(self, name: str) -> bytes | None:
        """The PEM of `ca`, `cert` or `key`; None if not set. Raises ValueError for a file that can't be read."""
        text: Secret | None = getattr(self, f"{name}_pem")
        return text.get_secret_value().encode() if text else _read(f"{name}_file", getattr(self, f"{name}_file"))

    def files(self) -> list[str]:
        """The files that a change of is a change of certificates."""
        return [file for file in (self.ca_file, self.cert_file, self.key_file) if file]

    def _limit(self, context: ssl.SSLContext) -> None:
        context.minimum_version = _VERSIONS[self.min_version]
        if self.max_version is not None:
            context.maximum_version = _VERSIONS[self.max_version]
        if self.cipher_suites:
            names = ":".join(openssl_name(suite) for suite in self.cipher_suites)
            _said("cipher_suites", lambda: context.set_ciphers(names))

    def _own_certificate(self, context: ssl.SSLContext) -> None:
        certificate, key = self.read("cert"), self.read("key")
        if certificate is None or key is None:
            return
        with (
            tempfile.TemporaryDirectory() as folder
        ):  # ssl reads files alone; the folder is ours alone, and goes at once
            cert_path, key_path = Path(folder, "cert.pem"), Path(folder, "key.pem")
            cert_path.write_bytes(certificate)
            key_path.write_bytes(key)
            _said("cert_file, key_file", lambda: context.load_cert_chain(cert_path, key_path, _no_password))

    def _grpc_limits(self) -> None:
        """Raises ValueError for what gRPC's library can't be told."""
        if self.min_version == "1.3" or self.max_version is not None or self.cipher_suites:
            raise ValueError(
                "tls: min_version 1.3, max_version and cipher_suites can't be set for gRPC, which speaks TLS 1.2 and "
                "1.3 with its own cipher suites. Take the keys out"
            )


class ServerTls(_Tls):
    """`tls` of a listener; with `client_ca_file`, clients must show a certificate (mutual TLS)."""

    client_ca_file: str | None = Field(default=None, description="Authorities of clients' certificates; set = mTLS.")
    client_ca_file_reload: bool = Field(default=True, description="Take a changed `client_ca_file` as well.")

    @model_validator(mode="after")
    def _certificate(self) -> Self:
        if not (self.cert_file or self.cert_pem):
            raise ValueError("a listener with tls needs a certificate: set cert_file and key_file")
        return self

    def files(self) -> list[str]:
        """The files that a change of is a change of certificates."""
        return super().files() + ([self.client_ca_file] if self.client_ca_file and self.client_ca_file_reload else [])

    def authorities(self) -> bytes | None:
        """The PEM of `client_ca_file`. Raises ValueError for a file that can't be read."""
        return _read("client_ca_file", self.client_ca_file)

    def ssl_context(self, authorities: bytes | None) -> ssl.SSLContext:
        """For HTTP; who `authorities` vouch for may connect, None = everybody.

        Raises ValueError, naming the key, for what can't be read or does not fit.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._limit(context)
        self._own_certificate(context)
        if authorities is not None:
            _said("client_ca_file", lambda: context.load_verify_locations(cadata=_ascii(authorities)))
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def grpc_certificates(self, authorities: bytes | None) -> Any:  # noqa: ANN401 (grpc ships no types)
        """For gRPC: a `grpc.ServerCertificateConfiguration`. Raises ValueError, as `ssl_context` does."""
        self._grpc_limits()
        self.ssl_context(authorities)  # grpc would say nothing of a broken file, and refuse every connection
        pair = (self.read("key"), self.read("cert"))
        return grpc.ssl_server_certificate_configuration([pair], authorities)


class ClientTls(_Tls):
    """`tls` of an exporter or another client."""

    insecure: bool = Field(default=False, description="No TLS at all, where the endpoint's scheme doesn't decide.")
    insecure_skip_verify: bool = Field(default=False, description="Take any certificate. For tests alone.")
    server_name_override: str | None = Field(default=None, description="The name that the certificate must bear.")

    def ssl_context(self) -> ssl.SSLContext:
        """For HTTP. Raises ValueError, naming the key, for what can't be read or does not fit."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._limit(context)
        self._own_certificate(context)
        authorities = self.read("ca")
        if authorities is not None:
            _said("ca_file", lambda: context.load_verify_locations(cadata=_ascii(authorities)))
        if authorities is None or self.include_system_ca_certs_pool:
            context.load_default_certs()
        if self.insecure_skip_verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def grpc_credentials(self) -> Any:  # noqa: ANN401
        """For gRPC: `grpc.ChannelCredentials`. Raises ValueError, as `ssl_context` does, and for what gRPC can't do."""
        self._grpc_limits()
        if self.insecure_skip_verify:
            raise ValueError(
                "tls.insecure_skip_verify: gRPC's library always verifies. Set ca_file to the server's certificate "
                "(and server_name_override to its name) instead, or insecure: true for no TLS"
            )
        self.ssl_context()
        authorities = self.read("ca")
        if authorities is None or self.include_system_ca_certs_pool:
            authorities = b"\n".join(filter(None, (authorities, _system_authorities()))) or None
        return grpc.ssl_channel_credentials(authorities, self.read("key"), self.read("cert"))

    def grpc_options(self) -> list[tuple[str, str]]:
        """Channel options that belong to the credentials."""
        return [("grpc.ssl_target_name_override", self.server_name_override)] if self.server_name_override else []


def openssl_name(suite: str) -> str:
    """OpenSSL's name of a TLS 1.2 suite in Go's words: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is
    `ECDHE-RSA-AES128-GCM-SHA256`. Names of other forms are passed on.
    """
    exchange, found, cipher = suite.removeprefix("TLS_").partition("_WITH_")
    if not found:
        return suite
    cipher = cipher.replace("AES_128", "AES128").replace("AES_256", "AES256").replace("_CBC", "")
    name = cipher if exchange == "RSA" else f"{exchange}_{cipher}"
    return name.replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305").replace("_", "-")


def _read(key: str, path: str | None) -> bytes | None:
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"tls.{key}: {path} can't be read: {error.strerror}") from None


def _said(key: str, load: Callable[[], object]) -> None:
    try:
        load()
    except (ssl.SSLError, OSError, ValueError) as error:
        what = getattr(error, "reason", None) or type(error).__name__
        raise ValueError(
            f"tls.{key}: not usable ({what}). PEM is expected, and a key that fits its certificate"
        ) from None


def _ascii(pem: bytes) -> str:
    return pem.decode("ascii", "replace")


def _no_password() -> str:
    raise ValueError("the key is encrypted; give one without password")


def _system_authorities() -> bytes | None:
    path = ssl.get_default_verify_paths().cafile
    return Path(path).read_bytes() if path and Path(path).is_file() else None
