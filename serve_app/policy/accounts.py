# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Numbers by which a person is paid: cards, bank accounts and wallets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from serve_app.policy.person_numbers import Number, Run, after_cue, runs, words

_CARD_CUE: Final = words(
    "card", "tarjeta", "cart[ãa]o", "карт", "بطاقة", "कार्ड", "カード", "卡号", "银行卡", "visa", "mastercard"
)
_ACCOUNT_CUE: Final = words(
    r"\bA/?C\b", "account n", "account:", "acct", "sort code", "routing", r"\bIFSC\b", "cuenta (?:n|bancaria|corriente|de ahorro)", r"\bCLABE\b", r"\bCBU\b", r"\bCVU\b", "conta (?:corrente|poupança|n|banc)", r"ag[eê]ncia",
    r"\bNIB\b", r"\bIBAN\b", r"р/с", r"расч[её]тн", r"\bсч[её]т[а-я]* ?(?:№|n|:|\d)", r"\bБИК\b", "رقم الحساب", "حساب بنكي", "الآيبان", "खाता (?:संख्या|नंबर|क्रमांक)", "खाते में", "口座", "账号", "帳號", "账户", "帳戶", "卡号",
)  # fmt: skip
_IBAN: Final = regex.compile(r"(?<![\p{L}\p{N}])[A-Za-z]{2}\d{2}(?:[\s\-]?[A-Za-z0-9]{1,4}){3,9}+(?![\p{L}\p{N}])")
_CRYPTO: Final = regex.compile(
    r"(?<![\p{L}\p{N}])(?:0x[0-9a-fA-F]{40}|bc1[0-9a-z]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{26,34}|T[1-9A-HJ-NP-Za-km-z]{33})(?![\p{L}\p{N}])"
)
_ACCOUNT: Final = regex.compile(r"(?:[A-Z]{2}\d{2}[A-Z0-9 ]{11,30}|[A-Z]{4}0[A-Z0-9]{6}|\d[\d\s.\-/]{4,30}\d)")


def accounts(text: str) -> Iterator[Number]:
    """Yield cards, accounts and wallets. text: with ASCII digits."""
    for match in _IBAN.finditer(text):
        if length := _iban_length(match.group()):
            yield Number("pii.iban", match.start(), match.start() + length, "")
    for match in _CRYPTO.finditer(text):
        if any(one.isdigit() for one in match.group()) and any(one.isalpha() for one in match.group()):
            yield Number("pii.iban", match.start(), match.end(), "")
    yield from after_cue(text, _ACCOUNT_CUE, _ACCOUNT, "pii.iban", 6)
    for run in runs(text):
        if _is_card(run):
            yield Number("pii.card", run.start, run.end, run.digits)


def _is_card(run: Run) -> bool:
    if not 13 <= len(run.digits) <= 19 or run.digits[0] not in "23456":
        return False
    shaped = run.groups in ((len(run.digits),), (4, 4, 4, 4), (4, 6, 5), (4, 4, 4, 4, 3), (8, 8), (6, 10))
    printed = run.groups == (4, 4, 4, 4)  # as a card shows it, even if its check digit is wrong
    return shaped and (printed or bool(_CARD_CUE.search(run.before)) or _luhn(run.digits))


def _iban_length(text: str) -> int:
    """Return the length of the IBAN that the text begins with, 0 for none. Words may follow it."""
    parts = regex.split(r"([\s\-])", text)
    for count in range(len(parts), 0, -2):
        candidate = "".join(parts[:count])
        iban = regex.sub(r"[\s\-]", "", candidate).upper()
        if 15 <= len(iban) <= 34 and int("".join(str(int(one, 36)) for one in iban[4:] + iban[:4])) % 97 == 1:
            return len(candidate)
    return 0


def _luhn(digits: str) -> bool:
    total = 0
    for place, one in enumerate(reversed(digits)):
        doubled = int(one) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0 and len(set(digits)) > 1
