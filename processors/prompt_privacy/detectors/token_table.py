"""Tokens that have a shape of their own: one row a format, from which its core and its pattern are both made.

The facts are the issuers' own documentation and public rule sets. An upper bound over 64 is written open, since no
candidate is longer than MAX_CANDIDATE anyway.
"""

import re
from enum import Enum
from typing import NamedTuple


class Needs(Enum):
    """What must be in a token's body besides entropy, so that words are no tokens."""

    NOTHING = 0
    MIXED = 1
    """A digit, or letters of two cases."""
    DIGIT = 2
    JSON = 3
    """The base64 before the first dot is a JSON object."""


class Format(NamedTuple):
    """One kind of token. All parts are patterns that RE2 and Python's `re` read alike."""

    name: str
    head: str
    """What its core begins with: its literal part."""
    body: str
    """What follows `head`. Where it begins with a class, a few of that class belong to the core."""
    core: int = 4
    """How many bytes of `body` its core has: more (13 at most) where `head` alone is a piece of ordinary words."""
    needs: Needs = Needs.MIXED
    before: str = ""
    """What stands before `head`, where that is no literal."""
    before_bytes: int = 0
    """The longest that `before` may be."""
    public_head: bool = False
    """Whether `head` is no secret, as with the host of a web hook: it stays."""


_LEADING = re.compile(r"(\[[^\]]+\])\{(\d+)")


def core_of(row: Format) -> str:
    """The core of `row`: its head, and the first bytes of its body."""
    leading = _LEADING.match(row.body)
    return row.head if leading is None else f"{row.head}{leading[1]}{{{min(row.core, int(leading[2]))}}}"


_MIDDLE = "|".join(r"[\w-]" * place + "[A-Z0-9-]" + r"[\w-]" * (5 - place) for place in range(6))
"""Six bytes, one of which is no small letter: the middle of a Discord token, which `a.dotted.name` seldom has."""

FORMATS = (
    Format("aws_access_key_id", "AKIA", "[A-Z0-9]{16}", needs=Needs.NOTHING),
    Format("aws_access_key_id", "(?:ASIA|ABIA|ACCA|A3T[A-Z0-9])", "[A-Z2-7]{16}", needs=Needs.DIGIT),
    Format("aws_bedrock_key", "ABSK", "[A-Za-z0-9+/]{109,269}={0,2}"),
    Format("aws_bedrock_short", "bedrock-api-key-", "[A-Za-z0-9+/=_-]{20,}"),
    Format("google_api_key", "AIza", "[A-Za-z0-9_-]{35}"),
    Format("google_oauth_client_secret", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
    Format("google_oauth_access", r"ya29\.", "[A-Za-z0-9_-]{20,}"),
    Format("google_oauth_refresh", "1//0", "[A-Za-z0-9_-]{40,}"),
    Format("github_token", "gh[pousr]_", "[A-Za-z0-9]{36,}"),
    Format("github_fine_grained", "github_pat_", "[A-Za-z0-9_]{50,}"),
    Format("gitlab_token", "gl(?:pat|dt|rt|ptt|cbt|ft|imt|agent|oas|soat|ffct)-", "[A-Za-z0-9_.-]{20,}"),
    Format("gitlab_runner_legacy", "GR1348941", "[A-Za-z0-9_-]{20}"),
    Format("slack_token", "xox[abeoprs]-", "[A-Za-z0-9-]{10,}"),
    Format("slack_config", r"xoxe\.xox[bp]-", "[A-Za-z0-9-]{20,}"),
    Format("slack_app", "xapp-[0-9]-", "[A-Za-z0-9-]{20,}"),
    Format(
        "slack_webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/",
        "[A-Za-z0-9+/_-]{20,}",
        public_head=True,
    ),
    Format(
        "discord_webhook",
        r"discord(?:app)?\.com/api/webhooks/",
        "[0-9]{15,20}/[A-Za-z0-9_-]{50,}",
        public_head=True,
    ),
    Format(
        "teams_webhook",
        r"\.webhook\.office\.com/webhookb2/",
        "[A-Za-z0-9@/-]{60,}",
        before="[a-z0-9-]{1,63}",
        before_bytes=63,
        public_head=True,
    ),
    Format("stripe_key", "(?:sk|rk)_(?:test|live|prod)_", "[A-Za-z0-9]{10,}"),
    Format("standard_webhook_secret", "whsec_", "[A-Za-z0-9+/=]{24,}"),
    Format("openai_key", "T3BlbkFJ", "[A-Za-z0-9_-]{20,}", before="sk-(?:[A-Za-z0-9_-]{0,200}?)", before_bytes=203),
    Format(
        "openai_anthropic_openrouter_scoped",
        "sk-(?:proj|svcacct|admin|ant|or|lf|None)-",
        "[A-Za-z0-9_-]{20,}",
    ),
    Format("openai_key", "sk-", "[A-Za-z0-9_-]{13,170}?T3BlbkFJ[A-Za-z0-9_-]{20,}", core=13),
    Format("openai_style_legacy", "sk-", "[A-Za-z0-9]{32,64}", core=13, needs=Needs.DIGIT),
    Format("langfuse", "pk-lf-", "[a-f0-9-]{36}"),
    Format("langsmith", "lsv2_(?:pt|sk)_", "[a-f0-9]{32}_[a-f0-9]{10}"),
    Format("huggingface", "(?:hf|api_org)_", "[A-Za-z]{34,37}", core=13),
    Format("replicate", "r8_", "[A-Za-z0-9]{37}", core=8),
    Format("groq", "gsk_", "[A-Za-z0-9]{40,60}", core=8),
    Format("perplexity", "pplx-", "[A-Za-z0-9]{40,60}", core=8),
    Format("xai", "xai-", "[A-Za-z0-9]{60,}", core=13),
    Format("together", "tgp_v1_", "[A-Za-z0-9_-]{40,60}"),
    Format("fireworks", "fw_", "[A-Za-z0-9]{22,28}", core=13, needs=Needs.DIGIT),
    Format("nvidia", "nvapi-", "[A-Za-z0-9_-]{50,}"),
    Format("tavily", "tvly-", "[A-Za-z0-9-]{20,50}"),
    Format("pinecone", "pcsk_", "[A-Za-z0-9_]{50,}"),
    Format("npm", "npm_", "[A-Za-z0-9]{36}", core=13),
    Format("pypi", "pypi-AgE", "[A-Za-z0-9_-]{50,}"),
    Format("rubygems", "rubygems_", "[a-f0-9]{48}"),
    Format("clojars", "CLOJARS_", "[a-z0-9]{60}"),
    Format("twilio_api_key", "SK", "[a-f0-9]{32}", core=8, needs=Needs.DIGIT),
    Format("sendgrid", r"SG\.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", core=13),
    Format("brevo", "xkeysib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    Format("mailgun", "key-", "[a-f0-9]{32}", core=8, needs=Needs.DIGIT),
    Format("mailchimp", "-us[0-9]", "[0-9]?", before="[a-f0-9]{32}", before_bytes=32, needs=Needs.DIGIT),
    Format("telegram_bot", "[0-9]:AA", "[A-Za-z0-9_-]{33}", before="[0-9]{7,9}", before_bytes=9),
    Format(
        "discord_bot",
        rf"[\w-]\.(?:{_MIDDLE})\.",
        r"[A-Za-z0-9_-]{27,40}",
        core=13,
        before="[MNO][A-Za-z0-9_-]{22,26}",
        before_bytes=27,
        needs=Needs.DIGIT,
    ),
    Format("databricks", "dapi", "[a-f0-9]{32}(?:-[0-9])?", core=8),
    Format("hashicorp_vault", r"hv[sb]\.", "[A-Za-z0-9_-]{24,}"),
    Format("shopify", "shp(?:at|ca|pa|ss)_", "[A-Fa-f0-9]{32}"),
    Format("square_application", "sq0[a-z]{3}-", "[A-Za-z0-9_-]{22,60}"),
    Format("square_access", "EAAA", "[A-Za-z0-9_-]{58,62}", core=8),
    Format("atlassian", "ATATT3", "[A-Za-z0-9_=-]{60,}"),
    Format("atlassian_connect", "ATCTT3", "[A-Za-z0-9_=-]{60,}"),
    Format("doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", r"(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"),
    Format("linear", "lin_(?:api|oauth)_", "[A-Za-z0-9]{40,64}"),
    Format("notion", "ntn_", "[A-Za-z0-9]{40,50}", core=8),
    Format("notion_legacy", "secret_", "[A-Za-z0-9]{43}", core=13),
    Format("postman", "PMAK-", "[a-f0-9]{24}-[a-f0-9]{34}"),
    Format("new_relic", "NR(?:AK|II|JS|RA)-", "[A-Za-z0-9-]{19,40}"),
    Format("grafana", "gl(?:sa|c)_", "[A-Za-z0-9+/]{32,}(?:_[A-Fa-f0-9]{8})?={0,2}", core=8),
    Format("digitalocean", "do[opr]_v1_", "[a-f0-9]{64}"),
    Format("fly_v1", "fo1_", "[A-Za-z0-9_-]{43}", core=8),
    Format("fly_macaroon", "fm[12][ar]?_", "[A-Za-z0-9+/]{100,}={0,3}", core=13),
    Format("pulumi", "pul-", "[a-f0-9]{40}", core=8),
    Format("dynatrace", r"dt0[a-z][0-9]{2}\.", r"[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    Format("docker_hub", "dckr_(?:pat|oat)_", "[A-Za-z0-9_-]{27,40}"),
    Format("terraform_cloud", r"\.atlasv1\.", "[A-Za-z0-9_=-]{60,70}", before="[A-Za-z0-9]{14}", before_bytes=14),
    Format("planetscale", "pscale_(?:tkn|oauth|pw)_", "[A-Za-z0-9_=.-]{32,64}"),
    Format("supabase_mgmt", "sbp_", "[a-f0-9]{40}", core=8),
    Format("supabase_secret", "sb_secret_", "[A-Za-z0-9_-]{20,60}", core=13),
    Format("sentry_token", "sntry[su]_", "[A-Za-z0-9+/=_]{40,}"),
    Format("age_key", "AGE-SECRET-KEY-1", "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    Format("onepassword_service", "ops_eyJ", "[A-Za-z0-9+/]{200,}={0,3}"),
    Format(
        "onepassword_secret_key",
        "A3-[A-Z0-9]{6}-",
        "[A-Z0-9-]{11,13}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
    ),
    Format("figma", "figd_", "[A-Za-z0-9_-]{38,60}"),
    Format("cloudflare_origin_ca", r"v1\.0-", "[a-f0-9]{24}-[a-f0-9]{146}", core=13),
    Format("alibaba_key_id", "LTAI", "[A-Za-z0-9]{20}"),
    Format("artifactory", "AKCp", "[A-Za-z0-9]{60,}", core=8),
    Format("octopus_deploy", "API-", "[A-Z0-9]{26}", core=13, needs=Needs.DIGIT),
    Format("postmark_like", "PMAT-", "[A-Z0-9]{26}", needs=Needs.DIGIT),
    Format(
        "sourcegraph",
        "sgp_(?:[a-fA-F0-9]{4}|local_)",
        "(?:[a-fA-F0-9]{12}_[a-fA-F0-9]{40}|[a-fA-F0-9]{40}|[a-fA-F0-9]{36})",
    ),
    Format("typeform", "tfp_", "[A-Za-z0-9_.=-]{50,70}", core=13, needs=Needs.DIGIT),
    Format("shippo", "shippo_(?:live|test)_", "[a-fA-F0-9]{40}"),
    Format("readme", "rdme_", "[a-z0-9]{70}"),
    Format("heroku", "HRKU-AA", "[A-Za-z0-9_-]{58}"),
    Format("airtable", r"pat[A-Za-z0-9]{13}[A-Za-z0-9]\.", "[a-f0-9]{64}"),
    Format("facebook_page", "EAA[MC]", "[A-Za-z0-9]{100,}", core=13),
    Format("cloudflare_token", "cfut_", "[A-Za-z0-9_-]{40,60}"),
    Format("posthog_project", "phc_", "[A-Za-z0-9]{40,50}", core=8),
    Format("posthog_personal", "phx_", "[A-Za-z0-9_]{40,60}", core=8),
    Format(
        "jwt",
        "ey(?:J|Ai)",  # {" and { "
        r"[A-Za-z0-9_-]{8,}+(?:\.ey[A-Za-z0-9_-]{10,}+(?:\.[A-Za-z0-9_-]*+)?|(?:\.[A-Za-z0-9_-]*+){4})",
        core=8,
        needs=Needs.JSON,
    ),
    Format(
        "azure_ad_client_secret",
        "[0-9]Q~",
        "[A-Za-z0-9_~.-]{31,34}",
        before="[A-Za-z0-9_~.]{3}",
        before_bytes=3,
    ),
)
"""In this order they are tried where several begin alike."""
