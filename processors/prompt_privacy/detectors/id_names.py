"""The names that give numbers away, in English and the language of the country, with the numbers' forms."""

from collections.abc import Callable
from typing import NamedTuple

from . import checksums
from .digits import SPACE

_NUMBER = rb"(?:[A-Z]{1,2}[ -]?)?[0-9](?:(?:%s|[./])?[0-9]){5,15}[A-Z]?" % SPACE
_PASSPORT = (
    rb"(?:[A-Z]{1,3}[ -]?)?[0-9]{2}(?:[ -]?[0-9]){4,8}[A-Z]?"
    rb"|[0-9]{2}[A-Z]{2}[0-9]{5}|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}"
)
_DOCUMENT = rb"[A-Z0-9]*[0-9][A-Z0-9]*(?:[ -][0-9][A-Z0-9]*){0,5}(?:-[A-Z0-9]{1,3})?"


def _unchecked(_digits: bytes) -> bool:
    return False


class Name(NamedTuple):
    """A number that its name gives away."""

    rule: str
    names: str
    """Its names, as `spelled` takes them."""
    lengths: tuple[int, ...]
    """How many digits it has; empty where the way it is written says so."""
    check: Callable[[bytes], bool] = _unchecked
    """Whether its digits agree."""
    strict: bool = False
    """Whether they must, since the name is a word of other meanings."""
    number: bytes = _NUMBER
    """How the number is written."""


_CURP = rb"(?i:[A-Z]{4}[0-9]{6}[A-Z]{6}[A-Z0-9][0-9])"
_FISCAL = rb"(?i:[A-Z]{6}[0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z])"
_NINO = rb"(?i:[A-Z]{2}[ -]?(?:[0-9]{2}[ -]?){3}[A-Z])"
_NIF = rb"(?i:(?:[XYZ][ -]?)?[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-Z])"

NAMES = (
    Name("US_SSN", r"ssns?|social security(?: (?:number|no|num|#))?|soc\.? sec|itin", (9,)),
    Name("UK_NHS", r"nhs", (10,), checksums.british_nhs),
    Name("UK_NINO", r"national insurance|nino|ni (?:number|no)", (), number=_NINO),
    Name(
        "DE_STEUER_ID",
        r"steuer (?:id|ident|idnr|identifikations (?:nummer|nr))|steuerliche identifikations (?:nummer|nr)",
        (11,),
        checksums.german_tax,
    ),
    Name("DE_STEUER_ID", r"idnr|id nr|tax id|tin|taxpayer identification", (11,), checksums.german_tax, strict=True),
    Name("PL_PESEL", r"pesel", (11,), checksums.polish_pesel),
    Name("NL_BSN", r"bsn|burger service nummer|sofi nummer", (8, 9), checksums.dutch_bsn),
    Name("TR_TCKN", r"t\.?c\.? kimlik|tckn|tc no|kimlik (?:no|numaras.{1,2})", (11,), checksums.turkish),
    Name("CA_SIN", r"social insurance|numéro d.{1,6}assurance sociale|assurance sociale", (9,), checksums.luhn),
    Name("CA_SIN", r"sin (?:number|no|num|#)", (9,), checksums.luhn),
    Name("CA_SIN", r"sin|nas", (9,), checksums.luhn, strict=True),
    Name("AU_TFN", r"tax file|tfn", (8, 9), checksums.australian_tax),
    Name("AU_MEDICARE", r"medicare", (10, 11), checksums.australian_medicare),
    Name("JP_MY_NUMBER", r"マイナンバー|個人番号", (12,), checksums.japanese),
    Name("JP_MY_NUMBER", r"my number|individual number", (12,), checksums.japanese, strict=True),
    Name("ZA_ID", r"south african? id(?:entity)?|[rz]?sa id|za id|rsa id(?:entity)?", (13,), checksums.luhn),
    Name("ZA_ID", r"(?:identity|id) (?:number|no|document)", (13,), checksums.luhn, strict=True),
    Name(
        "NATIONAL_ID",
        r"national id(?:entity|entification)?|personal id(?:entity|entification) (?:number|no|code)",
        (8, 9, 10, 11, 12, 13),
    ),
    Name(
        "US_PASSPORT",
        r"passports?|reise pass|pass nummer|passeport|pasaporte|passaporto?|paspoort|passi numero|паспорт|護照|护照"
        r"|旅券|パスポート|여권",
        (6, 7, 8, 9, 10),
        number=_PASSPORT,
    ),
    Name(
        "US_DRIVER_LICENSE",
        r"driver.{0,3}s? licen[cs]e|driving licen[cs]e|dl (?:number|no|num|#)|f(?:ü|ue)hrerschein|permis de conduire"
        r"|(?:licencia|permiso|carnet) de conduc(?:ir|cion|ción)|patente di guida|carta de condução|cnh|rijbewijs"
        r"|prawo jazdy|körkort|kørekort|førerkort|ajokortti|運転免許",
        (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        number=_DOCUMENT,
    ),
    Name(
        "US_ABA_ROUTING",
        r"aba(?: routing)?|(?:bank )?routing (?:number|no|num|#|code|transit)|transit number",
        (9,),
        checksums.bank_routing,
    ),
    Name("BR_CPF", r"cpf", (11,), checksums.brazilian_cpf),
    Name("IN_AADHAAR", r"aadh?aa?r|uidai|आधार", (12,), checksums.verhoeff),
    Name("ES_NIF", r"dni|nif|nie|documento nacional de identidad", (), number=_NIF),
    Name("FR_NIR", r"nir|sécurité sociale|numéro (?:de )?sécu|n.{0,3} ?sécu", (13, 15)),
    Name("KR_RRN", r"주민(?:등록)?번호|resident registration|rrn", (13,), checksums.korean),
    Name("SE_PERSONNUMMER", r"person nummer|personal identity number", (10, 12), checksums.luhn),
    Name("FI_HETU", r"hetu|henkilötunnus", (), number=rb"(?i:[0-9]{6}[-+A-Z][0-9]{3}[0-9A-Z])"),
    Name("CN_RESIDENT_ID", r"身份证|居民身份证|身份證|resident identity card", (), number=rb"[0-9]{17}[0-9Xx]"),
    Name("MX_CURP", r"curp", (), number=_CURP),
    Name("IT_FISCAL_CODE", r"codice fiscale|cod\.? fisc|fiscal code", (), number=_FISCAL),
)
