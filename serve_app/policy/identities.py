# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Identity numbers: by their check digits or their shape, and others after a cue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import regex

from serve_app.policy.person_numbers import Number, after_cue, words
from serve_app.policy.text import digits as only_digits

_IDENTITY_CUE: Final = words(
    r"\bSSN\b", "social security", r"\bpassport\b", "driver.?s licen[cs]e n", r"\bNINO\b", "national insurance",
    r"\bDNI\b", r"\bNIE\b", r"\bNIF\b", r"\bCURP\b", r"\bRUT\b", r"\bRUN\b", r"\bCUIT\b", r"\bCUIL\b", "c[eé]dula", "pasaporte", r"\bCPF\b", r"\bRG\b", r"\bCNPJ\b", r"\bCNH\b", r"\bNISS?\b", "passaporte", "cart[ãa]o de cidad",
    "паспорт", r"\bИНН\b", "снилс", "водительск\\w+ удост", "полис\\w* омс",
    "الرقم القومي", "رقم قومي", "رقم الهوية", "الهوية رقم", "بطاقة الهوية", "رقم الإقامة", "هوية وطنية", "جواز", "आधार", "aadhaa?r", "पासपोर्ट", r"\bPAN\b", "पैन", "मतदाता",
    "マイナンバー", "個人番号", "パスポート", "旅券", "免許証", "保険証", "身份证", "身分證", "证件", "證件", "护照", "護照",
)  # fmt: skip


def _verhoeff(digits: str) -> bool:
    """The check digit of Aadhaar: multiplication in the dihedral group of order 10."""
    check = 0
    for place, one in enumerate(reversed(digits)):
        check = _dihedral(check, _permuted(int(one), place % 8))
    return check == 0


def _dihedral(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
    return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5


_PERMUTATION: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permuted(digit: int, times: int) -> int:
    for _ in range(times):
        digit = _PERMUTATION[digit]
    return digit


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=False))


def _cpf(digits: str) -> bool:
    first = _weighted(digits, tuple(range(10, 1, -1))) * 10 % 11 % 10
    second = _weighted(digits, tuple(range(11, 1, -1))) * 10 % 11 % 10
    return len(digits) == 11 and len(set(digits)) > 1 and digits[9:] == f"{first}{second}"


def _resident(number: str) -> bool:
    """Chinese resident identity number, GB 11643."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    month, day = int(number[10:12]), int(number[12:14])
    return 1 <= month <= 12 and 1 <= day <= 31 and "10X98765432"[_weighted(number, weights) % 11] == number[17].upper()


def _dni(number: str) -> bool:
    plain = regex.sub(r"[\s.\-]", "", number).upper()
    body = {"X": "0", "Y": "1", "Z": "2"}.get(plain[0], plain[0]) + plain[1:-1]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23] == plain[-1]


def _taiwan(number: str) -> bool:
    code = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0].upper()) + 10
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return _weighted(f"{code}{number[1:]}", weights) % 10 == 0


def _egypt(number: str) -> bool:
    return 1 <= int(number[3:5]) <= 12 and 1 <= int(number[5:7]) <= 31


def _always(_: str) -> bool:
    return True


_IDENTITIES: Final[tuple[tuple[regex.Pattern[str], Callable[[str], bool]], ...]] = tuple(
    (regex.compile(rf"(?<![\p{{L}}\p{{N}}\-./])(?:{shape})(?![\-./]?\d|[A-Za-z])"), check)
    for shape, check in (
        (r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}", _always),  # United States
        (r"\d{3}\.\d{3}\.\d{3}-\d\d", _always),  # CPF
        (r"\d{3} ?\d{3} ?\d{3} ?\d\d", lambda text: _cpf(only_digits(text))),
        (r"\d\d\.\d{3}\.\d{3}/\d{4}-\d\d", _always),  # CNPJ
        (r"\d{3}-\d{3}-\d{3}[ \-]\d\d", _always),  # SNILS
        (r"[2-9]\d{3}[ \-]?\d{4}[ \-]?\d{4}", lambda text: _verhoeff(only_digits(text))),  # Aadhaar
        (r"[A-Z]{3}[PCHFATBLJG][A-Z]\d{4}[A-Z]", _always),  # PAN
        (r"\d{8}[ \-]?[A-Za-z]|[XYZxyz][ \-]?\d{7}[ \-]?[A-Za-z]|\d\d\.\d{3}\.\d{3}[ \-]?[A-Za-z]", _dni),
        (r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", _always),  # CURP
        (r"[1-9]\d{5}(?:19|20)\d{9}[\dXx]", _resident),
        (r"[A-Z][12]\d{8}", _taiwan),
        (r"[23]\d{13}", _egypt),
        (r"[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]", _always),  # United Kingdom
    )
)
_CUED_IDENTITY: Final = regex.compile(r"[A-Za-z]{0,3}[ \-]?\d[\d \-.№]{4,20}[\dXxA-Za-z]")


def identities(text: str) -> Iterator[Number]:
    """Yield identity numbers. text: with ASCII digits."""
    for shape, check in _IDENTITIES:
        for match in shape.finditer(text):
            if check(match.group()):
                yield Number("pii.identity", match.start(), match.end(), only_digits(match.group()))
    yield from after_cue(text, _IDENTITY_CUE, _CUED_IDENTITY, "pii.identity", 6)
