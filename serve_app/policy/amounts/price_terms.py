# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""With or without tax and shipping: 税込, "IVA incluido", "plus VAT", "portes incluídos"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import regex

from serve_app.policy.amounts.claims import Claim, Money
from serve_app.policy.cues import Cued
from serve_app.policy.text import normalise

Tax = Literal["with", "without", ""]

_TAX: Final = r"(?:vat|gst|sales tax|tax(?:es)?)"
_WITH_TAX: Final = (
    rf"税込|(?<!不)含[税稅]|\b{_TAX} (?:is |are |already )?incl(?:uded|usive)?\b|\binc(?:l|luding|lusive of)?\.? (?:all )?{_TAX}\b|\bwith {_TAX}\b"
    r"|\b(?:iva|impuestos?|impostos?) (?:ya |já )?(?:inclu[ií]d[oa]s?|incl)\b|\b(?:con|com) (?:el |o )?iva\b|(?<!\p{L})(?:с|включая) ндс(?!\p{L})|ндс (?:уже )?включ[её]н"
    r"|(?<!غير )شاملة? (?:ل?ل|ال)?ضريبة|مع الضريبة|(?:जीएसटी|टैक्स|कर) (?:सहित|समेत|शामिल)(?! नहीं)|करों सहित"
)
_WITHOUT_TAX: Final = (
    rf"税抜|税別|不含[税稅]|未[税稅]|\b{_TAX} (?:is |are )?(?:excluded|exclusive|extra|not included)\b|\bex(?:cl|cluding|clusive of)?\.? (?:all )?{_TAX}\b|\bplus {_TAX}\b|\bbefore {_TAX}\b|\bwithout {_TAX}\b|\+ ?(?:vat|gst|tax|iva|ндс)\b"
    r"|\b(?:sin|sem|más|mas|mais) (?:el |o )?(?:iva|impuestos|impostos)\b|\biva (?:no|não) inclu[ií]do\b|\biva a(?:parte|crescido)\b|\bacresce iva\b|(?<!\p{L})без (?:уч[её]та )?ндс(?!\p{L})"
    r"|غير شاملة? (?:ل?ل|ال)?ضريبة|قبل الضريبة|بدون (?:ال)?ضريبة|(?:जीएसटी|टैक्स|कर) (?:अतिरिक्त|अलग)|\+ ?(?:जीएसटी|टैक्स)|बिना (?:जीएसटी|टैक्स)"
)
_SHIPPED: Final = Cued(
    normalise(
        r"\b(?:shipping|delivery|postage) (?:(?:is|and|all|already|handling) ){0,3}included\b|\bincl(?:uding|udes|\.)? (?:shipping|delivery|postage)\b"
        r"|\b(?:env[ií]os?|portes|fretes?|entrega|gastos de env[ií]o|despesas de envio)(?: de envio)? (?:(?:ya|já|está|están|estão) ){0,2}inclu[ií]d[oa]s?\b"
        r"|\binclu(?:ye|yen|i|em) (?:(?:el|los|o|os|a) )?(?:env[ií]o|portes|frete|entrega|gastos de env[ií]o)\b"
        r"|доставка (?:уже )?(?:включена|входит|в цене)|(?:включая|вместе с|с уч[её]том) доставк|(?<!غير )شامل[ةا]? (?:ال)?(?:توصيل|شحن)|(?:التوصيل|الشحن) (?:مشمول|محسوب|ضمن السعر|داخل السعر)"
        r"|(?:डिलीवरी|शिपिंग|डाक ख़र्च|डाक खर्च)(?: (?:शुल्क|चार्ज|ख़र्च|खर्च))? (?:सहित|समेत|शामिल)(?! नहीं)|送料込|送料[はも]?(?:価格に)?含|(?<!不)含[运運][费費]|包[邮郵]|[运運][费費](?:已|都)?[包含]"
    )
)
_SHIPPING: Final = Cued(
    normalise(
        r"\b(?:shipping|delivery|postage|portes|fretes?|entrega|env[ií]os?)\b|доставк|توصيل|شحن|डिलीवरी|शिपिंग|डाक|送料|[运運邮郵][费費]|快[递遞][费費]|配送[费費]"
    )
)
_FREE: Final = Cued(
    normalise(
        r"\bfree\b|\bgr[aá]tis\b|\bgratuit|бесплатн|مجان|मुफ़्त|मुफ्त|निःशुल्क|फ्री|無料|免[费費运運邮郵]|\boferta d[oe]s? portes\b"
    )
)
_LABELS: Final[tuple[tuple[Tax, Cued], ...]] = (
    ("without", Cued(normalise(_WITHOUT_TAX))),
    ("with", Cued(normalise(_WITH_TAX))),
)
_BREAK: Final = regex.compile(r"\d|[!?;。！？；।\n]|\.(?=\s)")
_BESIDE: Final = 6  # characters between a price and its tax
_LONGEST: Final = 24  # of such words
_FEE: Final = 24  # characters between a price and its "shipping"
_MOST: Final = 100  # prices of an item
_SAME: Final = 0.011
_TAXES: Final = (1.02, 1.3)  # a price with tax, of one without


def tax_of(text: str, claim: Claim) -> Tax:
    """Return whether the words nearest to a price say that it is with or without tax."""
    ahead = text[max(0, claim.start - _BESIDE - _LONGEST) : claim.start]
    behind = text[claim.end : claim.end + _BESIDE + _LONGEST]
    found: list[tuple[int, Tax]] = []
    for tax, words in _LABELS:
        found += [(m.start(), tax) for m in words.finditer(behind) if not _BREAK.search(behind, 0, m.start())]
        found += [(len(ahead) - m.end(), tax) for m in words.finditer(ahead) if not _BREAK.search(ahead, m.end())]
    distance, tax = min(found, key=lambda one: one[0], default=(0, ""))
    return tax if distance <= _BESIDE else ""


def shipped(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text says that shipping is in the price."""
    yield from (match.span() for match in _SHIPPED.finditer(text))


class PriceTerms:
    """An item's prices with their taxes and shipping. claims: of its text."""

    def __init__(self, text: str, claims: Sequence[Claim]) -> None:
        prices = [claim for claim in claims if any(isinstance(r, Money) for r in claim.readings)][:_MOST]
        self._taxes = [(value, tax_of(text, claim)) for claim in prices for value in sums(claim)]
        fees = [claim for claim in prices if _is_fee(text, claim)]
        known = {value for value, _ in self._taxes}
        self.fees = {value for claim in fees for value in sums(claim) if 0 < value < max(known)}
        self.totals = {price + fee for fee in self.fees for price in known - self.fees}
        self.ships_free = bool(_FREE.search(text) or _SHIPPED.search(text))

    def denies_tax(self, claim: Claim, tax: Tax) -> bool:
        """Whether the item has this price with another tax, or another price that has this one."""
        its = {known for value in sums(claim) for price, known in self._taxes if abs(price - value) < _SAME}
        if not tax or not its or tax in its:
            return False
        least, most = _TAXES if tax == "with" else tuple(1 / rate for rate in reversed(_TAXES))
        others = [price for price, known in self._taxes if known == tax]
        return its - {""} != set() or any(least <= price / value <= most for price in others for value in sums(claim))

    def denies_shipping(self, prices: Sequence[Claim]) -> bool:
        """Whether the item has a fee for shipping that these prices of the copy are without."""
        return bool(self.fees) and not self.ships_free and not any(map(self.is_total, prices))

    def is_total(self, claim: Claim) -> bool:
        """Whether this is a price of the item and the fee for shipping it."""
        return any(abs(total - value) < _SAME for total in self.totals for value in sums(claim))


def sums(claim: Claim) -> list[float]:
    """Return the readings of a price, none of them 0."""
    return [reading.value for reading in claim.readings if isinstance(reading, Money) and reading.value > 0]


def _is_fee(text: str, claim: Claim) -> bool:
    ahead, behind = text[max(0, claim.start - _FEE) : claim.start], text[claim.end : claim.end + _FEE]
    if any(not _BREAK.search(ahead, match.end()) for match in _SHIPPING.finditer(ahead)):
        return True
    return any(
        match.start() <= _BESIDE and not _BREAK.search(behind, 0, match.start()) for match in _SHIPPING.finditer(behind)
    )
