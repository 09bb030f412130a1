"""From the configuration of policies to policies that vote."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import combining, leaves, limiting, own, probabilistic
from .base import BuildContext, Building, Policies, Policy
from .config import AnyPolicyConfig, PolicyConfig

Maker = Callable[[str, Any, Building], Policy]
"""Makes a policy of its name and the section of its type."""

MAKERS: Mapping[str, Maker] = {
    "always_sample": leaves.always,
    "latency": leaves.latency,
    "numeric_attribute": leaves.numeric_attribute,
    "string_attribute": leaves.string_attribute,
    "boolean_attribute": leaves.boolean_attribute,
    "status_code": leaves.status_code,
    "trace_state": leaves.trace_state,
    "trace_flags": leaves.trace_flags,
    "span_count": leaves.span_count,
    "probabilistic": probabilistic.probabilistic,
    "rate_limiting": limiting.rate_limiting,
    "bytes_limiting": limiting.bytes_limiting,
    "ottl_condition": leaves.ottl_condition,
    "and": combining.and_,
    "not": combining.not_,
    "drop": combining.drop,
    "composite": combining.composite,
    "error": own.error,
    "cohort": own.cohort,
    "tokens": own.tokens,
    "cost": own.cost,
    "latency_percentile": own.latency_percentile,
    "rare_error": own.rare_error,
    "session": own.session,
}
"""By type."""


def build(configs: Sequence[PolicyConfig], context: BuildContext) -> Policies:
    """The policies of a processor. What is deprecated or without effect is warned about once."""
    building = Building(context, _made)
    drops = [building.policy(config) for config in configs if config.type == "drop"]
    others = [building.policy(config) for config in configs if config.type != "drop"]
    if building.inverted:
        context.warn(_deprecated(building.inverted))
    return Policies(drops, others, building.watchers, building.sessions)


def _made(config: AnyPolicyConfig, building: Building) -> Policy:
    for section in config.unused:
        text = f"policy {config.name}: the section {section} has no effect, since the type is {config.type}"
        building.context.warn(text)
    if getattr(config.settings, "invert_match", False):
        building.inverted.append(config)
    return MAKERS[config.type](config.name, config.settings, building)


def _deprecated(inverted: Sequence[AnyPolicyConfig]) -> str:
    lines = ["invert_match is deprecated. Write a policy of type drop for what must not be kept, or not for the rest:"]
    for config in inverted:
        plain = config.model_dump(by_alias=True, exclude_unset=True, mode="json")
        plain[config.type] = {key: value for key, value in plain[config.type].items() if key != "invert_match"}
        lines += [
            f"  {config.name}: {json.dumps({'name': config.name, 'type': kind, kind: {f'{kind}_sub_policy': sub}})}"
            for kind, sub in (("drop", [plain]), ("not", plain))
        ]
    return "\n".join(lines)
