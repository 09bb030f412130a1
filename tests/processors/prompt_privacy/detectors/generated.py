"""Numbers made from the definitions of their check digits, and harmless text to put them in."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Draw = Callable[..., Any]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BEFORE = ["", "see ", "x=", '{"v":"', "stdout:\\n", "(", "→ ", "値は", '{\\"v\\": \\"', "a, ", "\n", "<td>"]
BEHIND = ["", " ok", '"}', ".", ", y", "\\nnext", ")", "。", '\\"}', "\n", "</td>", "; 12"]


def surrounded(draw: Draw, number: str) -> str:
    """`number` in harmless text, between ⟦ and ⟧."""
    before, behind = draw(st.sampled_from(BEFORE)), draw(st.sampled_from(BEHIND))
    return f"{before}⟦{number}⟧{behind}"


def digits(draw: Draw, size: int) -> str:
    """`size` digits, no fewer than three different ones."""
    found: str = draw(st.text("0123456789", min_size=size, max_size=size))
    return found if len(set(found)) > 2 else ("1234567890" * 2)[:size]


def completed(known: str, agree: Callable[[str], bool], alphabet: Sequence[str] = "0123456789") -> str | None:
    """`known` with the last sign that makes it agree, if there is one."""
    return next((known + last for last in alphabet if agree(known + last)), None)


def changed(draw: Draw, number: str) -> str:
    """`number` with one of its digits replaced by another."""
    at = draw(st.sampled_from([place for place, sign in enumerate(number) if sign.isdigit()]))
    other = draw(st.sampled_from(sorted(set("0123456789") - {number[at]})))
    return f"{number[:at]}{other}{number[at + 1 :]}"


def weighted(number: str, weights: Sequence[int]) -> int:
    """The sum of the digits by their weights."""
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


def luhn(number: str) -> bool:
    """Every second digit from the right doubled, nines cast out, the sum a multiple of ten."""
    return sum((2 * int(d) - 9 * (int(d) > 4)) if i % 2 else int(d) for i, d in enumerate(number[::-1])) % 10 == 0


def _dihedral(left: int, right: int) -> int:
    turned = left + right if left < 5 else left - right
    return turned % 5 if (left < 5) == (right < 5) else 5 + turned % 5


def verhoeff(number: str) -> bool:
    """The product of the digits in the dihedral group of ten, the i-th permuted i times, is the unit."""
    product = 0
    for times, sign in enumerate(reversed(number)):
        digit = int(sign)
        for _ in range(times % 8):
            digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
        product = _dihedral(product, digit)
    return product == 0


def with_iban_check(country: str, account: str) -> str:
    """An IBAN with its two check digits."""
    number = int("".join(str(int(sign, 36)) for sign in account + country + "00"))
    return f"{country}{98 - number % 97:02}{account}"


def grouped(number: str, sizes: Sequence[int], separator: str) -> str:
    """`number` in groups of `sizes`."""
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return separator.join(group for group in groups if group)
