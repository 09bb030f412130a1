"""Which numbers can be dialled from abroad: country codes, and how long the numbers behind them are.

Codes: ITU-T E.164, list of assigned country codes. Lengths: the possible ones in libphonenumber 9.0's metadata.
"""

_NATIONAL_DIGITS = """
4-10 98
4-11 352
4-13 43 598
4-15 49
4-7 683 690
5-10 27 64 685
5-11 31 852
5-12 61 358 971
5-14 82
5-7 500 676 677 678 682 688
5-8 47 386 686
6-10 48 53 95 880
6-11 375 595
6-12 39 46 359 381
6-13 63
6-7 247 298 299 597 672 687
6-9 40 252 355 376 421 508 681 689
7-10 44 84 230 243 254 263 267 353 372 960
7-11 501 503 507 679 886 974
7-12 86 882 972
7-13 62 90
7-7 238 239 246 248 269 290 291 297 592 673 674 680 691 692
7-8 241 599 670 675 853 961 965 975
7-9 220 231 245 265 354 385 423 967 968
8-10 20 60 229 378 506 850 855 856 964 970 976
8-11 55 57 65 502 504 593 977
8-12 92 383 883
8-13 66 81 91
8-8 45 216 222 223 226 227 228 232 235 236 253 257 266 350 356 357 370 371 373 374 389 505 509 800 808 973 993
8-9 32 36 51 213 224 233 237 250 258 264 268 377 382 387 591 962 963
9-10 380 881 966 996
9-11 56
9-12 41 420 870
9-9 33 34 93 94 211 212 218 221 240 242 244 249 251 255 256 260 261 262 351 590 594 596 979 992 994 995 998
10-10 1 52 58 225
10-11 54
10-12 30
10-14 7 234
11-11 888
12-12 878
"""
_LENGTHS = {
    code.encode(): tuple(int(length) for length in lengths.split("-"))
    for lengths, *codes in (line.split() for line in _NATIONAL_DIGITS.split("\n") if line)
    for code in codes
}
_LEAST, _MOST = 8, 15
"""Digits with the country code; E.164 allows no more than fifteen."""


def country_code(digits: bytes) -> bytes:
    """The country code that `digits` begin with, empty where they begin with none; no code is the start of another."""
    return next((digits[:size] for size in (1, 2, 3) if digits[:size] in _LENGTHS), b"")


def can_be_dialled(digits: bytes) -> bool:
    """Whether `digits`, those behind the plus, are as long as numbers of their country are. A zero that is dialled
    within the country only may stand in between, as in 44 (0)20.
    """
    code = country_code(digits)
    if not code or not _LEAST <= len(digits) <= _MOST + 1:
        return False
    national = digits[len(code) :]
    shortest, longest = _LENGTHS[code]
    if code == b"1":
        return len(national) == shortest and national[0] >= 0x32
    return shortest <= len(national) <= longest or (national[:1] == b"0" and shortest < len(national) <= longest + 1)
