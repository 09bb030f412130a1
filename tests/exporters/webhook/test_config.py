"""webhook: what a configuration may say, where its URLs may lead, matchers, links."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.resolver import ThreadedResolver
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spansieve.alerts.matching import parse
from spansieve.endpoint import is_this_machine
from spansieve.exporters.webhook import Webhook, WebhookConfig
from spansieve.exporters.webhook.addresses import is_refused, target_of
from spansieve.exporters.webhook.links import links_of
from spansieve.links import LinkTemplate
from tests.exporters.webhook.receiving import Bench, Receiver, alert_of
from tests.spansieve.alerts.samples import EXAMPLE, SPIKE

Make = Callable[..., Bench]
URL = "https://hooks.example/T0/secret-part"


def config_of(**settings: Any) -> WebhookConfig:  # noqa: ANN401
    """A configuration, as YAML has it."""
    return WebhookConfig.model_validate({"url": URL, **settings})


def refused(**settings: Any) -> str:  # noqa: ANN401
    """What is said of a configuration."""
    with pytest.raises(ValidationError) as error:
        config_of(**settings)
    text = str(error.value)
    assert "secret-part" not in text
    return text


def test_defaults() -> None:
    config = config_of(url=URL)
    assert config.group_by == ["type", "pattern"]
    assert (config.group_wait, config.group_interval, config.repeat_interval) == (5, 60, 4 * 3600)
    assert (config.format, config.send_resolved, config.timeout, config.max_alerts) == ("spansieve", True, 15, 20)
    assert config.rate_limit.per_minute == 60
    retry = config.retry_on_failure
    assert (retry.initial_interval, retry.max_interval, retry.multiplier) == (1, 300, 2)
    assert (retry.randomization_factor, retry.max_elapsed_time) == (0.2, 24 * 3600)
    assert (config.sending_queue.queue_size, config.sending_queue.storage, config.dead_letter) == (1000, None, None)


def test_an_alert_is_given_up_in_the_end_also_where_it_stands_on_disk() -> None:
    config = config_of(url=URL, sending_queue={"storage": "storage"})
    assert config.retry_on_failure.max_elapsed_time == 24 * 3600


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"url": "hooks.example/secret-part"}, "has to begin with https://"),
        ({"url": "ftp://hooks.example/secret-part"}, "has to begin with https://"),
        ({"url": "http://hooks.example/secret-part"}, "hooks.example is http://.*set insecure: true"),
        ({"url": "http://127.evil.example/secret-part"}, "127.evil.example is http://"),
        ({"url": "https://169.254.169.254/latest/secret-part"}, "link-local.*allow_link_local"),
        ({"url": "https://[fe80::1]/secret-part"}, "link-local"),
        ({"url": "https://[::ffff:169.254.169.254]/secret-part"}, "link-local"),
        ({"url": "https://[fd00:ec2::254]/secret-part"}, "link-local"),
        ({"allowed_hosts": ["*.example.com", "example.org"]}, "none of allowed_hosts"),
        ({"secret": "abc"}, "begins with whsec_"),
        ({"secret": "whsec_"}, "stands nothing"),
        ({"secret": ["whsec_!!"]}, "no base64"),
        ({"headers": {"Webhook-Id": "1"}}, "set for each request by itself"),
        ({"url": "https://jane:secret-part@a.example", "headers": {"Authorization": "x"}}, "keep one of them"),
        ({"format": "pagerduty"}, "needs routing_key"),
        ({"format": "template"}, "go together"),
        ({"template": "x"}, "go together"),
        ({"format": "template", "template": "{{ a"}, "mistake in line 1"),
        ({"format": "template", "template": "a\n{% include 'x' %}"}, "includes another"),
        ({"format": "template", "template": "{{ a | nosuch }}"}, "No filter named 'nosuch'"),
        ({"matchers": ["tool"]}, "is no matcher"),
        ({"matchers": ['tool="bash']}, "has no end"),
        ({"matchers": ['tool=~"("']}, "no valid expression"),
        ({"silences": [{"matchers": []}]}, "at least 1 item"),
        ({"silences": [{"matchers": ["a=b"], "ends": "tomorrow"}]}, "is no time"),
        ({"silences": [{"matchers": ["a=b"], "ends": "2026-12-24T00:00:00"}]}, "names no time zone"),
        (
            {"silences": [{"matchers": ["a=b"], "starts": "2026-12-24T00:00:00Z", "ends": "2026-12-23T00:00:00Z"}]},
            "ends .* after it starts",
        ),
        ({"links": [{"url": "https://a.example/{trace}"}]}, "in braces stand the fields"),
        ({"links": [{"url": "javascript:alert(1)"}]}, "does not begin with http"),
        ({"links": [{"url": "https://a.example", "jaeger": {"base": "https://b.example"}}]}, "keep one of them"),
        ({"links": [{}]}, "a link has one of"),
        ({"tls": {"insecure_skip_verify": True}}, "always verified"),
        ({"endpoints": [{"format": "pagerduty"}]}, "needs routing_key"),
    ],
)
def test_what_is_no_configuration(settings: dict[str, Any], said: str) -> None:
    assert re.search(said, refused(**settings), re.DOTALL)


def test_an_empty_url_switches_it_off_and_a_missing_one_does_not() -> None:
    off = config_of(url="")
    assert (Webhook.off(off), Webhook.endpoints(off)) == ("url is empty", [])
    with pytest.raises(ValidationError, match="url is missing"):
        WebhookConfig.model_validate({})
    assert Webhook.off(config_of(url=URL)) is None
    assert Webhook.off(config_of(url="", endpoints=[{"url": URL}])) is None


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]:1/"])
def test_this_machine_needs_no_encryption(url: str) -> None:
    assert Webhook.endpoints(config_of(url=url))[0].endswith(":1")


def test_allowed_hosts_allow() -> None:
    config_of(url="https://a.example.com", allowed_hosts=["*.example.com"])
    config_of(url="https://example.org", allowed_hosts=["EXAMPLE.org"])


def test_nothing_secret_is_shown() -> None:
    config = config_of(
        url=URL,
        secret="whsec_c2VjcmV0LXBhcnQ=",
        format="pagerduty",
        routing_key="secret-part",
        headers={"a": "secret-part"},
    )
    assert "secret-part" not in config.model_dump_json() + repr(config)
    assert "c2VjcmV0" not in config.model_dump_json() + repr(config)


def test_endpoints_take_over_what_they_do_not_say() -> None:
    config = config_of(
        url=URL,
        group_wait="1s",
        matchers=["a=b"],
        endpoints=[{}, {"name": "b", "group_wait": "2s"}, {"matchers": [], "url": "https://other.example/x"}],
    )
    first, second, third = config.targets
    assert [one.label for one in config.targets] == ["hooks.example", "b", "other.example"]
    assert [one.settings.group_wait for one in config.targets] == [1, 2, 1]
    assert first.settings.matchers == second.settings.matchers == ["a=b"]
    assert third.settings.matchers == []
    assert [one.label for one in config_of(url=URL, endpoints=[{}, {}]).targets] == [
        "hooks.example",
        "hooks.example/2",
    ]


@pytest.mark.parametrize(
    ("address", "is_bad"),
    [
        ("169.254.169.254", True),
        ("169.254.0.1", True),
        ("fe80::1", True),
        ("fe80::1%eth0", True),
        ("febf::1", True),
        ("fd00:ec2::254", True),
        ("::ffff:169.254.169.254", True),
        ("64:ff9b::a9fe:a9fe", True),
        ("2002:a9fe:a9fe::1", True),
        ("169.253.0.1", False),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("fd00:ec2::253", False),
        ("metadata.example", False),
    ],
)
def test_addresses_that_no_webhook_may_lead_to(address: str, is_bad: bool) -> None:
    assert is_refused(address) is is_bad
    assert is_this_machine(address) is (address == "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "169.254.169.254.",
        "\uff11\uff16\uff19.254.169.254",
        "169\u3002254\u3002169\u3002254",
        "[::ffff:a9fe:a9fe]",
    ],
)
def test_no_way_of_writing_such_an_address_passes(host: str) -> None:
    with pytest.raises(ValidationError, match="link-local address"):
        config_of(url=f"https://{host}/hook")
    with pytest.raises(ValidationError, match="is none of allowed_hosts"):
        config_of(url=f"https://{host}/hook", allow_link_local=True, allowed_hosts=["hooks.example"])


def test_an_address_is_used_in_its_usual_form_and_a_name_as_it_is_written() -> None:
    assert target_of("http://2130706433:8080/a?b=c").url == "http://127.0.0.1:8080/a?b=c"
    assert target_of("https://Hooks.Example/A").host == "hooks.example"
    assert target_of("https://m\u00fcnchen.example/").host == "m\u00fcnchen.example"


def test_a_name_that_leads_there_is_given_up(bench: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = ThreadedResolver.resolve

    async def poisoned(self: ThreadedResolver, host: str, port: int = 0, family: Any = 0) -> Any:  # noqa: ANN401
        found = await resolve(self, "127.0.0.1", port, family)
        return [{**one, "host": "169.254.169.254"} for one in found] + (found if host == "both.example" else [])

    monkeypatch.setattr("spansieve.exporters.webhook.addresses.DefaultResolver.resolve", poisoned)
    webhook = bench(url=f"http://poisoned.example:{receiver.port}", insecure=True, group_wait="0s")
    webhook.take(alert_of())
    webhook.after()
    assert receiver.requests == []
    assert webhook.count("spansieve_webhook_notifications", f"poisoned.example:{receiver.port}", "failed") == 1
    both = bench(url=f"http://both.example:{receiver.port}", insecure=True, group_wait="0s")
    both.take(alert_of())
    both.after()
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("text", "value", "matches"),
    [
        ('tool="bash"', "bash", True),
        ("tool=bash", "bash", True),
        ('tool = "bash" ', "bashes", False),
        ('tool!="bash"', "grep", True),
        ('tool=~"ba.*"', "bash", True),
        ('tool=~"as"', "bash", False),
        ('tool=~"a|bash"', "bash", True),
        ('tool!~"ba.*"', "bash", False),
        ('tool=""', "", True),
        ('other=""', "x", True),
        ('tool="a\\"b\\\\\\n"', 'a"b\\\n', True),
        ('tool=~"größe"', "größe", True),
    ],
)
def test_matchers(text: str, value: str, matches: bool) -> None:
    assert parse(text).matches({"tool": value} if value else {}) is matches


@given(st.text())
def test_no_text_breaks_the_parser_of_matchers(text: str) -> None:
    with suppress(ValueError):
        parse(text).matches({})


def test_links_are_filled_and_encoded() -> None:
    alert = replace(SPIKE, labels={"service": "a b/&"})
    url = (
        "https://a.example/{trace_id}/{span_id}?s={service}&p={pattern}&f={fingerprint}&t={tool}&x={start_ms}-{end_ms}"
    )
    [link] = links_of(alert, [LinkTemplate("all", url)])
    assert link["url"] == (
        f"https://a.example/{EXAMPLE.trace_id.hex()}/{EXAMPLE.span_id.hex()}?s=a%20b%2F%26&p=TimeoutError%3Abash"
        f"&f={SPIKE.fingerprint}&t=bash&x=1700000000000-1700000000000"
    )
    assert links_of(replace(alert, example=None), [LinkTemplate("trace", "https://a.example/{trace_id}")]) == []


def test_the_status_page_gets_the_links_of_all_endpoints() -> None:
    mine, other = ({"name": name, "url": f"https://{name}.example/{{trace_id}}"} for name in ("mine", "other"))
    config = config_of(url=None, links=[mine], endpoints=[{"url": URL}, {"url": URL, "links": [other]}])
    assert Webhook.links(config) == [LinkTemplate(one["name"], one["url"]) for one in (mine, other)]


def test_presets() -> None:
    config = config_of(
        url=URL,
        links=[
            {"jaeger": {"base": "https://j.example/ui/"}},
            {"name": "look", "grafana": {"base": "https://g.example", "datasource": "uid 1"}},
            {"tempo": {"base": "https://g.example", "datasource": "uid 1"}},
            {"phoenix": {"base": "https://p.example", "project": "a/b"}},
        ],
    )
    jaeger, grafana, tempo, phoenix = links_of(SPIKE, [link.template for link in config.links])
    trace = EXAMPLE.trace_id.hex()
    assert jaeger == {"name": "trace", "url": f"https://j.example/ui/trace/{trace}"}
    assert phoenix["url"] == f"https://p.example/projects/a%2Fb/traces/{trace}"
    assert grafana["name"] == "look"
    assert grafana["url"] == tempo["url"]
    parts = urlsplit(grafana["url"])
    assert (parts.netloc, parts.path) == ("g.example", "/explore")
    panes = parse_qs(parts.query)["panes"][0]
    assert f'"query":"{trace}"' in panes
    assert '"datasource":"uid 1"' in panes
    assert '"from":"1700000000000"' in panes
