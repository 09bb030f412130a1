"""The configuration of `webhook`; the README beside this file explains every key."""

from collections.abc import Sequence
from datetime import datetime
from math import inf
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from spansieve import links
from spansieve.alerts.matching import parse
from spansieve.config.model import Config, Duration, Secret, Texts
from spansieve.links import LinkTemplate
from spansieve.otlp.client_config import Headers
from spansieve.otlp.targets import base_url
from spansieve.plugin import ExporterConfig, RetryConfig
from spansieve.tls import ClientTls

from .addresses import Target, check, target_of
from .signing import key_of
from .silences import Silence
from .template_body import compiled

PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
_OURS = frozenset({"content-length", "host", "idempotency-key", "webhook-id", "webhook-signature", "webhook-timestamp"})


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is no time. Write it such as 2026-12-24T00:00:00Z.") from None
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} names no time zone. Add Z for UTC, or an offset such as +01:00.")
    return value


def _matcher(text: str) -> str:
    parse(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""A time with its zone, RFC 3339."""
Matching = Annotated[str, AfterValidator(_matcher)]
"""A matcher as Alertmanager writes it."""


def time_ns(moment: str) -> int:
    """Nanoseconds since the Unix epoch."""
    return round(datetime.fromisoformat(moment).timestamp()) * 10**9


class SilenceConfig(Config):
    """Alerts that are not to be sent for a time."""

    matchers: list[Matching] = Field(min_length=1, description="What an alert has to fulfil, all of it.")
    starts: Moment | None = Field(default=None, description="When it begins; none = it has begun.")
    ends: Moment | None = Field(default=None, description="When it ends; none = never.")
    comment: str = Field(default="", description="Why; shown on the status page.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts is not None and self.ends is not None and time_ns(self.ends) <= time_ns(self.starts):
            raise ValueError(f"a silence ends ({self.ends}) after it starts ({self.starts}). Exchange the two.")
        return self

    @property
    def silence(self) -> Silence:
        """As it is applied."""
        matchers = tuple(map(parse, self.matchers))
        ends = inf if self.ends is None else time_ns(self.ends)
        return Silence(matchers, time_ns(self.starts) if self.starts else 0, ends, self.comment)


class _Base(Config):
    base: str = Field(description="URL of the UI, `http(s)://`.")

    @field_validator("base")
    @classmethod
    def _a_url(cls, url: str) -> str:
        return base_url(url)


class JaegerLink(_Base):
    """A trace in Jaeger."""


class GrafanaLink(_Base):
    """A trace in Grafana's explore view, from Tempo."""

    datasource: str = Field(description="Uid of the Tempo data source.")


class PhoenixLink(_Base):
    """A trace in Phoenix."""

    project: str = Field(description="Id of the project.")


class LinkConfig(Config):
    """A link of each alert: a URL with fields, or a preset."""

    name: str = Field(default="trace", min_length=1, description="What people read.")
    url: str = Field(default="", description="Template of a URL.")
    jaeger: JaegerLink | None = Field(default=None, description="The trace in Jaeger.")
    tempo: GrafanaLink | None = Field(default=None, description="The trace in Grafana, from Tempo.")
    grafana: GrafanaLink | None = Field(default=None, description="The same as `tempo`.")
    phoenix: PhoenixLink | None = Field(default=None, description="The trace in Phoenix.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len([one for one in (self.url, self.jaeger, self.tempo, self.grafana, self.phoenix) if one]) != 1:
            raise ValueError("a link has one of url, jaeger, tempo, grafana and phoenix: keep one of them.")
        links.checked(self.template.url)
        return self

    @property
    def template(self) -> LinkTemplate:
        """The link with the preset written out."""
        tempo = self.tempo or self.grafana
        url = self.url
        if self.jaeger is not None:
            url = links.jaeger(self.jaeger.base)
        elif tempo is not None:
            url = links.grafana(tempo.base, tempo.datasource)
        elif self.phoenix is not None:
            url = links.phoenix(self.phoenix.base, self.phoenix.project)
        return LinkTemplate(self.name, url)


class RateLimitConfig(Config):
    """How many notifications an endpoint gets."""

    per_minute: int = Field(
        default=60, ge=0, description="Notifications a minute; what is more becomes one. 0 = no limit."
    )


class WebhookRetry(RetryConfig):
    """`retry_on_failure` with the defaults of webhooks."""

    initial_interval: Duration = Field(default=1.0, gt=0, description="Wait before the second try.")
    randomization_factor: float = Field(default=0.2, ge=0, le=1, description="Each wait is multiplied by 1 ± this.")
    multiplier: float = Field(default=2.0, ge=1, description="Growth of the wait from try to try.")
    max_interval: Duration = Field(default=300.0, gt=0, description="Longest wait, whatever the endpoint asks for.")
    max_elapsed_time: Duration = Field(default=86_400.0, description="Give up after this long; 0 = never.")


class EndpointConfig(Config):
    """Where notifications go, which ones, and how they look."""

    name: str = Field(default="", description="What it is called in bodies, metrics and logs.")
    url: Secret = Field(
        default=Secret(""), description="Where to post; never shown, since such URLs are secrets. Empty = off."
    )
    format: Literal["spansieve", "alertmanager", "slack", "pagerduty", "template"] = Field(
        default="spansieve", description="`spansieve`, `alertmanager`, `slack`, `pagerduty` or `template`."
    )
    matchers: list[Matching] = Field(default=[], description="Alerts that it gets: those that fulfil all; none = all.")
    group_by: Texts = Field(
        default=["type", "pattern"], description="Fields and labels by which alerts make one notification."
    )
    group_wait: Duration = Field(default=5.0, description="First notification of a new group after this long.")
    group_interval: Duration = Field(default=60.0, description="Next one, if something changed, at such a step.")
    repeat_interval: Duration = Field(default=14_400.0, gt=0, description="The same, unchanged, once more.")
    send_resolved: bool = Field(default=True, description="Tell of the end as well.")
    timeout: Duration = Field(default=15.0, gt=0, description="Longest time of one attempt.")
    rate_limit: RateLimitConfig = Field(default=RateLimitConfig(), description="Notifications that it gets at most.")
    secret: Secret | list[Secret] | None = Field(
        default=None, description="`whsec_` and base64: signs each request. A list signs with each, for a rotation."
    )
    headers: Headers = Field(default={}, description="Headers of each request; the values are never shown.")
    routing_key: Secret | None = Field(default=None, description="PagerDuty's integration key.")
    template: str | None = Field(default=None, description="The body as a Jinja template.")
    content_type: str = Field(default="application/json", min_length=1, description="Media type of `template`.")
    max_alerts: int = Field(default=20, ge=1, le=1000, description="Alerts in one notification; the rest is counted.")
    links: list[LinkConfig] = Field(default=[], description="Links of each alert.")
    external_url: str = Field(default="", description="Where people look further; goes into bodies as it is.")
    tls: ClientTls = Field(default=ClientTls(), description="TLS for `https://` URLs.")
    proxy_url: Secret | None = Field(
        default=None, description="Proxy; without it HTTP_PROXY, HTTPS_PROXY, NO_PROXY count."
    )
    insecure: bool = Field(default=False, description="true: `http://` also to other machines.")
    allow_link_local: bool = Field(default=False, description="true: also to link-local and metadata addresses.")
    allowed_hosts: Texts = Field(default=[], description="Hosts that URLs may name, `*.example.com` too; none = all.")

    @field_validator("headers")
    @classmethod
    def _not_ours(cls, headers: dict[str, Secret]) -> dict[str, Secret]:
        for name in headers:
            if name.lower() in _OURS:
                raise ValueError(f"{name} is set for each request by itself. Take it out.")
        return headers

    @field_validator("secret")
    @classmethod
    def _keys(cls, secret: Secret | list[Secret] | None) -> Secret | list[Secret] | None:
        for one in _listed(secret):
            key_of(one.get_secret_value())
        return secret

    @field_validator("url")
    @classmethod
    def _a_url(cls, url: Secret) -> Secret:
        if url.get_secret_value():
            target_of(url.get_secret_value())
        return url

    @field_validator("template")
    @classmethod
    def _a_template(cls, text: str | None) -> str | None:
        if text is not None:
            compiled(text)
        return text

    @field_validator("tls")
    @classmethod
    def _verified(cls, tls: ClientTls) -> ClientTls:
        if tls.insecure_skip_verify:
            raise ValueError("certificates are always verified here: set ca_file to the endpoint's instead.")
        return tls

    @property
    def keys(self) -> list[bytes]:
        """What requests are signed with."""
        return [key_of(one.get_secret_value()) for one in _listed(self.secret)]

    @property
    def link_templates(self) -> list[LinkTemplate]:
        """The links of each alert, to be filled."""
        return [link.template for link in self.links]

    @property
    def target(self) -> Target:
        """Where requests go. Raises ValueError where there is none."""
        url = self.url.get_secret_value() or (PAGERDUTY if self.format == "pagerduty" else "")
        if not url:
            raise ValueError("url is missing: set it to where alerts are posted, such as https://hooks.example/alerts.")
        return target_of(url)

    def check(self) -> None:
        """What holds between the keys. Raises ValueError."""
        check(
            self.target,
            insecure=self.insecure,
            allow_link_local=self.allow_link_local,
            allowed_hosts=self.allowed_hosts,
        )
        if self.target.user and any(name.lower() == "authorization" for name in self.headers):
            raise ValueError("the URL holds a user, and headers an authorization: keep one of them.")
        if self.format == "pagerduty" and self.routing_key is None:
            raise ValueError("format pagerduty needs routing_key: the integration key of a PagerDuty service.")
        if (self.format == "template") != (self.template is not None):
            raise ValueError("format: template and template go together: set both, or none.")


def _listed(secret: Secret | list[Secret] | None) -> Sequence[Secret]:
    return secret if isinstance(secret, list) else [secret] if secret is not None else []


class Endpoint(NamedTuple):
    """One endpoint with what it takes over from the exporter."""

    label: str
    """Its name in metrics, logs and on disk: unique."""
    settings: EndpointConfig


class WebhookConfig(EndpointConfig, ExporterConfig):
    """One endpoint, or what `endpoints` have in common; silences, and the keys of every exporter."""

    endpoints: list[EndpointConfig] = Field(
        default=[], description="Several, each with the keys above; what one does not say is as said above."
    )
    silences: list[SilenceConfig] = Field(default=[], description="Alerts that are not to be sent for a time.")
    dead_letter: str | None = Field(
        default=None, min_length=1, description="File that takes what was given up, a line of JSON each."
    )
    retry_on_failure: WebhookRetry = Field(default=WebhookRetry(), description="When and how long to try again.")

    @model_validator(mode="after")
    def _never_give_up(self) -> Self:
        """Not so here, on disk or not: an alert of yesterday helps nobody."""
        return self

    @property
    def is_off(self) -> bool:
        """Whether it is switched off: the URL is there and empty, as that of a variable which is not set."""
        empty = "url" in self.model_fields_set and not self.url.get_secret_value()
        return empty and self.format != "pagerduty" and not self.endpoints

    @model_validator(mode="after")
    def _usable(self) -> Self:
        for endpoint in [] if self.is_off else self.targets:
            endpoint.settings.check()
        return self

    @property
    def targets(self) -> list[Endpoint]:
        """The endpoints, each with all of its keys."""
        found = self.endpoints and [self._with(one) for one in self.endpoints]
        labels: dict[str, int] = {}
        made = []
        for settings in found or [self]:
            label = settings.name or urlsplit(settings.target.url).netloc
            labels[label] = labels.get(label, 0) + 1
            made.append(Endpoint(label if labels[label] == 1 else f"{label}/{labels[label]}", settings))
        return made

    def _with(self, endpoint: EndpointConfig) -> EndpointConfig:
        values: dict[str, Any] = {
            name: getattr(endpoint if name in endpoint.model_fields_set else self, name)
            for name in EndpointConfig.model_fields
        }
        return EndpointConfig.model_construct(_fields_set=set(values), **values)
