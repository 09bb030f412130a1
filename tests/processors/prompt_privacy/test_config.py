"""The configuration of prompt_privacy: what it takes, what it answers, and what is said of mistakes."""

import pytest
from pydantic import ValidationError

from spansieve.config.compose import compose
from spansieve.config.explain import explain
from spansieve.config.problems import Place
from spansieve.config.tree import plain_tree
from spansieve.processors.prompt_privacy.config import KINDS, Policy, PromptPrivacyConfig
from spansieve.processors.prompt_privacy.patterns import Examples, PatternConfig, check

WHOLE = r"""
content: {prompt: hash, completion: scrub, tool_result: {truncate: 4096}}
debug_sample: {ratio: 0.01}
entities: {EMAIL: mask, IP: {action: allow}, PERSON: placeholder}
allow:
  values: ['^support@acme\.io$']
  domains: [example.com]
  keys: ['http.request.header.user_agent', 'service.*']
patterns:
  - name: EMPLOYEE_ID
    regex: 'EMP-\d{6}'
    context: [employee, staff]
    validate: luhn
    examples: {match: ['EMP-123456'], no_match: ['TEMP-123456']}
hash: {key_file: /etc/spansieve/hash.key, key_id: k1, require_key: false, simhash: false}
dry_run: false
audit: counts
"""


def read(text: str) -> PromptPrivacyConfig | list[str]:
    """The configuration, or what users hear of it."""
    node, problems = compose(text, "c.yaml")
    assert node is not None
    assert not problems
    try:
        return PromptPrivacyConfig.model_validate(plain_tree(node) or {})
    except ValidationError as error:
        return [str(one) for one in explain(error, PromptPrivacyConfig, node, Place("c.yaml", 1, 1), ())]


def good(text: str) -> PromptPrivacyConfig:
    config = read(text)
    assert isinstance(config, PromptPrivacyConfig), config
    return config


def said(text: str) -> str:
    problems = read(text)
    assert isinstance(problems, list), problems
    return "\n".join(problems)


def test_all_keys_are_taken() -> None:
    config = good(WHOLE)
    assert config.content_of("prompt", "x") == Policy("hash")
    assert config.content_of("tool_result", "x") == Policy("truncate", 4096)
    assert config.entity("EMAIL").action == "mask"
    assert config.entity("EMPLOYEE_ID").action == "placeholder"
    assert config.hash.key_file == "/etc/spansieve/hash.key"


def test_nothing_has_to_be_configured() -> None:
    config = good("{}")
    assert {config.content_of(kind, "x") for kind in (*KINDS, None)} == {Policy("scrub")}
    assert config.entity("SECRET").action == "placeholder"
    assert config.entity("SECRET").scope == "trace"
    assert (config.debug_sample, config.audit, config.dry_run, config.i_know) == (None, "counts", False, False)
    assert config.max_scan_bytes == 1024 * 1024
    assert config.learns_names


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("content: hash", Policy("hash")),
        ("content: {truncate: 40}", Policy("truncate", 40)),
        ("content: {prompt: drop, '*': hash}", Policy("hash")),
        ("content: {prompt: drop, 'app.*': keep}", Policy("drop")),
        ("content: {completion: drop}", Policy("scrub")),
    ],
)
def test_content_is_treated_by_one_word_by_kind_or_by_key(text: str, policy: Policy) -> None:
    assert good(text).content_of("prompt", "gen_ai.prompt") == policy


def test_presidios_names_and_single_national_ids_are_known() -> None:
    config = good("entities: {EMAIL_ADDRESS: drop, NATIONAL_ID: mask, US_SSN: {action: hmac, scope: global}}")
    assert config.entity("EMAIL").action == "drop"
    assert config.entity("NATIONAL_ID", "fr_nir").action == "mask"
    assert config.entity("NATIONAL_ID", "us_ssn").action == "hmac"
    assert config.entity("NATIONAL_ID", "us_ssn").scope == "global"


def test_an_entity_can_be_switched_off() -> None:
    config = good("entities: {PHONE: {enabled: false}, PERSON: {enabled: false}, IP: allow}")
    assert not config.is_wanted("PHONE")
    assert config.is_wanted("IP")  # it is counted all the same
    assert not config.learns_names
    assert not good("propagate: false").learns_names


def test_one_national_id_may_be_wanted_alone() -> None:
    config = good("i_know: true\nentities: {NATIONAL_ID: {enabled: false}, US_SSN: placeholder}")
    assert config.is_wanted("NATIONAL_ID")
    assert not config.entity("NATIONAL_ID", "fr_nir").enabled
    assert not good("i_know: true\nentities: {NATIONAL_ID: {enabled: false}}").is_wanted("NATIONAL_ID")


@pytest.mark.parametrize("name", ["SECRET", "URL_CREDENTIALS", "CARD", "CREDIT_CARD", "IBAN", "NATIONAL_ID", "US_SSN"])
@pytest.mark.parametrize("how", ["allow", "{action: allow}", "{enabled: false}"])
def test_what_is_worth_most_stays_only_where_somebody_knows(name: str, how: str) -> None:
    assert f"entities.{name}: {name} can't stay" in said(f"entities: {{{name}: {how}}}")
    assert good(f"i_know: true\nentities: {{{name}: {how}}}").i_know


def test_own_entities_may_be_configured_and_are_protected_as_secrets_where_they_are_such() -> None:
    patterns = "patterns: [{name: BADGE, regex: 'B-[0-9]+'}, {name: OWN_TOKEN, regex: 'tok-.+', entity: SECRET}]\n"
    assert good(patterns + "entities: {BADGE: allow}").entity("BADGE").action == "allow"
    assert "Did you mean BADGE?" in said(patterns + "entities: {BADGES: mask}")
    assert "there is no entity OWN_TOKEN" in said(patterns + "entities: {OWN_TOKEN: mask}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("contents: hash", "c.yaml:1:1: contents: unknown key. Did you mean content?"),
        ("content: {promt: hash}", "content.promt: there is no kind of content promt"),
        ("content: {input: hash}", "such as input*"),
        ("content: {prompt: hsh}", "content.prompt: must be one of scrub, hash, keep, drop; found the text 'hsh'"),
        ("content: {prompt: {truncate: 0}}", "content.prompt.truncate: must be at least 1"),
        ("entities: {EMAL: mask}", "entities.EMAL: there is no entity EMAL. Did you mean EMAIL?"),
        ("entities: {EMAIL: masc}", "Did you mean mask?"),
        ("entities: {EMAIL: {acton: mask}}", "Did you mean action?"),
        ("entities: {EMAIL: mask, EMAIL_ADDRESS: drop}", "EMAIL_ADDRESS is EMAIL, which stands here as well"),
        ("allow: {values: ['(?<!a)b']}", "allow.values[0]: RE2 has no look-behind"),
        ("allow: {values: ['.*']}", "matches the empty text"),
        ("allow: {domains: ['@x.io']}", "a domain is a name such as example.com"),
        ("allow: {keys: ['']}", "and not empty"),
        ("debug_sample: {ratio: 2}", "must be at most 1"),
        ("audit: full", "must be one of none, counts"),
        ("hash: {key: abcd}", "hash.key: the key has 2 bytes, and at least 32 are needed"),
        ("hash: {require_key: true}", "set key or key_file"),
        ("patterns: [{name: a, regex: b}]", "such as EMPLOYEE_ID"),
        ("patterns: [{name: A, regex: 'a*'}]", "patterns[0].regex: the pattern A: it matches the empty text"),
        ("patterns: [{name: A, regex: '(a)\\1'}]", r"the pattern A: RE2 has no back-reference: \1"),
        ("patterns: [{name: A, regex: a, validate: lunh}]", "patterns[0].validate: must be one of luhn, mod97"),
        ("patterns: [{name: A, regex: a, context: ['']}]", "a text that is not empty"),
        ("patterns: [{name: A, regex: a}, {name: A, regex: b}]", "patterns[1].name: two patterns have the name A"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(text: str, words: str) -> None:
    assert words in said(text)


def test_no_more_is_said_than_what_is_wrong() -> None:
    assert len(said("content: {prompt: hsh}").splitlines()) == 1
    assert len(said("entities: {EMAIL: {action: masc}}").splitlines()) == 1


def test_an_example_that_fails_is_named_with_line_pattern_and_text() -> None:
    text = (
        "patterns:\n  - name: BADGE\n    regex: 'B-[0-9]+'\n    examples:\n      match:\n        - B-1\n        - C-2\n"
    )
    assert said(text).startswith(
        "c.yaml:7:11: patterns[0].examples.match[1]: the pattern BADGE is not found in its match example 'C-2'."
    )
    text = text.replace("match:", "no_match:")
    assert "c.yaml:6:11: patterns[0].examples.no_match[0]: the pattern BADGE is found in" in said(text)


def test_examples_are_tried_with_the_check_that_a_pattern_asks_for() -> None:
    pattern = "patterns: [{{name: A, regex: '[0-9]{{8}}', validate: luhn, examples: {}}}]"
    assert good(pattern.format("{match: ['12345674'], no_match: ['12345675']}"))
    assert "not found in its match example '12345675'" in said(pattern.format("{match: ['12345675']}"))


def test_a_pattern_can_be_checked_by_itself() -> None:
    pattern = PatternConfig(name="A", regex="a+", examples=Examples(match=["aa"], no_match=["b"]))
    assert check(pattern) is None
    problem = check(pattern.model_copy(update={"regex": "c+"}))
    assert problem is not None
    assert problem.path == ("examples", "match", 0)


def test_no_key_is_shown() -> None:
    config = good(f"hash: {{key: '{'ab' * 32}'}}")
    assert "abab" not in repr(config)
    assert "abab" not in config.model_dump_json(by_alias=True)


def test_equal_configurations_are_equal_whatever_was_asked_of_them() -> None:
    one, other = good(WHOLE), good(WHOLE)
    one.entity("EMAIL")
    assert one == other
