"""prometheus: where labels come from, and what they are called."""

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Shown, batch, counter, gauge, histogram, labelled

Started = Callable[..., Shown]


def test_a_services_namespace_stands_in_its_job(started: Started) -> None:
    shown = started(without_scope_info=True)
    shown.exporter.metrics(batch(gauge("x", 1), service_name="shop", service_namespace="eu"))
    assert shown.text() == ['x{job="eu/shop"} 1']


def test_our_own_metrics_have_the_labels_that_are_documented_and_no_others(started: Started) -> None:
    shown = started()
    shown.exporter.metrics(batch(counter("ai_tokens_total", 3, model="gpt"), scope="spansieve.ai_metrics"))
    assert shown.text() == ['ai_tokens_total{model="gpt"} 3']


def test_labels_that_clash_keep_their_values_under_another_name(started: Started) -> None:
    shown = started(const_labels={"env": "prod"})
    metric = gauge("x", 1, job="j", env="e", le="1")
    metric.gauge.data_points[0].attributes.add(key="a.b").value.string_value = "2"
    metric.gauge.data_points[0].attributes.add(key="a-b").value.string_value = "1"
    wait = histogram("wait", [1], [], 1)
    labelled(wait.histogram.data_points[0], {"le": "mine"})
    shown.exporter.metrics(batch(metric, wait, scope="spansieve.x", service_name="shop"))
    assert 'x{a_b="1;2",env="prod",exported_env="e",exported_job="j",job="shop",le="1"} 1' in shown.text()
    assert 'wait_seconds_bucket{env="prod",exported_le="mine",job="shop",le="+Inf"} 1' in shown.text()


def test_values_of_every_type_are_labels(started: Started) -> None:
    shown = started(without_scope_info=True)
    metric = gauge("x", 1, text='quote " slash \\ line\nend')
    attributes = metric.gauge.data_points[0].attributes
    attributes.add(key="flag").value.bool_value = True
    attributes.add(key="list").value.array_value.values.add(int_value=1)
    shown.exporter.metrics(batch(metric))
    assert shown.text() == ['x{flag="true",list="[1]",text="quote \\" slash \\\\ line\\nend"} 1']


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        ({}, ""),
        ({"resource_to_telemetry_conversion": {"enabled": True}}, 'k8s_pod="p",service_name="shop"'),
        (
            {"resource_to_telemetry_conversion": {"enabled": True, "exclude_service_attributes": True}},
            'k8s_pod="p"',
        ),
        ({"resource_constant_labels": {"included": ["k8s.*"]}}, 'k8s_pod="p"'),
        ({"resource_constant_labels": {"included": ["*"], "excluded": ["k8s.*"]}}, 'service_name="shop"'),
        ({"resource_constant_labels": {"excluded": ["service*"]}}, 'k8s_pod="p"'),
        ({"resource_constant_labels": {}, "resource_to_telemetry_conversion": {"enabled": True}}, ""),
    ],
)
def test_resource_attributes_become_labels_where_asked_for(
    started: Started, settings: dict[str, Any], labels: str
) -> None:
    shown = started(without_scope_info=True, **settings)
    shown.exporter.metrics(batch(gauge("x", 1), service_name="shop", k8s_pod="p"))
    [line] = shown.text()
    assert line.replace('job="shop",', "").replace(',job="shop"', "").replace('job="shop"', "") == f"x{{{labels}}} 1"


def test_the_resource_is_told_of_once_where_it_can_be_told_from_others(started: Started) -> None:
    shown = started(namespace="ns")
    for _ in range(2):
        shown.exporter.metrics(
            batch(gauge("x", 1), scope="spansieve.x", service_name="shop", service_instance_id="1", k8s_pod="p")
        )
    assert shown.text() == [
        'ns_target_info{instance="1",job="shop",k8s_pod="p"} 1',
        'ns_x{instance="1",job="shop"} 1',
    ]


def test_a_scope_s_attributes_are_labels(started: Started) -> None:
    shown = started()
    shown.exporter.metrics(batch(gauge("x", 1), scope_attributes={"a.b": "c"}))
    assert shown.text() == ['x{otel_scope_a_b="c",otel_scope_name="lib"} 1']
