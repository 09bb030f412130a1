"""Names, addresses and telephone numbers of invented people, and the days on which they were born."""

from random import Random

from .identifiers import birthday, digits
from .words import WORDS

ASCII = str.maketrans("ńżźłćęąóś", "nzzlceaos")
MOBILE = {
    "US": "+1 {415|206|312|718|303} {2-9}{d:2} {d:4}",
    "GB": "+44 77{0-8}{d:1} {d:6}",
    "DE": "+49 15{1|2|7}{0-9} {d:7}",
    "FR": "+33 6 1{d:1} {d:2} {d:2} {d:2}",
    "ES": "+34 6{1-6}{d:1} {d:3} {d:3}",
    "IT": "+39 34{0|7|8|9} {d:3} {d:4}",
    "NL": "+31 6 {1-4}{d:7}",
    "PL": "+48 60{1-9} {d:3} {d:3}",
    "SE": "+46 70 {1-9}{d:2} {d:2} {d:2}",
    "CH": "+41 79 {2-8}{d:2} {d:2} {d:2}",
    "AT": "+43 664 {1-9}{d:6}",
    "BR": "+55 11 9{6-9}{d:3}-{d:4}",
    "IN": "+91 98{d:3} {d:5}",
    "JP": "+81 90-{1-9}{d:3}-{d:4}",
    "AU": "+61 4{1|2|3}{1-9} {d:3} {d:3}",
    "KR": "+82 10-{2-5}{d:3}-{d:4}",
    "MX": "+52 55 {1-8}{d:3} {d:4}",
    "ZA": "+27 82 {2-9}{d:2} {d:4}",
    "TR": "+90 532 {2-9}{d:2} {d:2} {d:2}",
    "SG": "+65 9{1-6}{d:2} {d:4}",
    "PT": "+351 91{2-9} {d:3} {d:3}",
    "DK": "+45 {20|22|23|26|28|31|61} {d:2} {d:2} {d:2}",
}
NATIONAL = {
    "US": "{415|206|312|718|303}-{2-9}{1-9}{d:1}-{d:4}",
    "US-brackets": "({415|206|312|718|303}) {2-9}{1-9}{d:1}-{d:4}",
    "US-dots": "{415|206|312|718|303}.{2-9}{1-9}{d:1}.{d:4}",
    "DE": "030 {1-9}{d:7}",
    "DE-mobile": "0171-{1-9}{d:6}",
    "DE-slash": "089/{1-9}{d:6}",
    "GB": "020 7{1-9}{d:2} {d:4}",
    "FR": "06 1{d:1} {d:2} {d:2} {d:2}",
    "FR-dots": "01.4{1-8}.{d:2}.{d:2}.{d:2}",
    "ES": "6{1-6}{d:1} {d:3} {d:3}",
    "BR": "(11) 9{6-9}{d:3}-{d:4}",
    "IT": "347 {1-9}{d:2} {d:4}",
    "NL": "06-{1-4}{d:7}",
    "PL": "60{1-9}-{d:3}-{d:3}",
    "SE": "070-{1-9}{d:2} {d:2} {d:2}",
    "AU": "04{1|2|3}{1-9} {d:3} {d:3}",
}
"""Valid by each country's numbering plan, or nearly always; the slots are those of `shapes`."""
DATES = {
    "iso": "%Y-%m-%d", "slash": "%Y/%m/%d", "dots": "%d.%m.%Y", "eu": "%d/%m/%Y", "us": "%m/%d/%Y", "long": "%d %B %Y",
    "american": "%B %d, %Y", "short": "%d %b %Y", "dash": "%d-%m-%Y", "packed": "%Y%m%d", "year2": "%d.%m.%y",
}  # fmt: skip


def person(rng: Random, _: str = "") -> str:
    """A given and a family name."""
    return f"{rng.choice(WORDS['given'])} {rng.choice(WORDS['family'])}"


def email(rng: Random, host: str) -> str:
    """An address at `host`, or at an invented or common one."""
    given, family = rng.choice(WORDS["given"]).translate(ASCII), rng.choice(WORDS["family"]).translate(ASCII)
    forms = [f"{given}.{family}", f"{given[0]}{family}", f"{given}_{family}", f"{given}{digits(rng, 2)}"]
    forms += [f"{family}.{given}", f"{given}-{family}", f"{given}.{family}+{rng.choice(['news', 'ci', 'aws'])}"]
    local = rng.choice(forms)
    return f"{local if rng.random() < 0.2 else local.lower()}@{host or rng.choice(WORDS['hosts'])}"


def birth_date(rng: Random, form: str) -> str:
    """A day of birth written in `form`, one of DATES."""
    return birthday(rng).strftime(DATES[form or rng.choice(["iso", "dots", "eu", "long", "american"])])
