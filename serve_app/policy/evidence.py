"""The text that a copy may be grounded in, and what rules look for in it. Computed once for all copies of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import regex

from deployments.item_text import details_of, grounding_text
from deployments.types import Item
from serve_app.policy.amounts.facts import Facts
from serve_app.policy.amounts.lexicon import key_of, lexicon_of
from serve_app.policy.amounts.price_terms import PriceTerms
from serve_app.policy.amounts.reader import claims, says
from serve_app.policy.name.known import Known
from serve_app.policy.text import bare, digits, fold, normalise, script_of, words
from serve_app.policy.utterance import Utterances

LONGEST: Final = 50_000
"""Characters of an item that ground a copy: title, description, tags and caption, and as much of the metadata."""
_SAMPLE: Final = 2_000  # characters that show in which scripts an item is written
# Metadata whose plain number is money or a percentage: {"price": "4.50"}, {"discount": "20"}.
_AMOUNT_KEY: Final = regex.compile(
    r"price|cost|fee|amount|discount|sale|saving|rate|percent|share|precio|preço|preco|descuento|desconto"
    r"|цена|стоимость|скидка|سعر|خصم|कीमत|क़ीमत|दाम|छूट|价|價|折扣|価格|料金|値段|割引",
    regex.IGNORECASE,
)
_LATIN: Final = regex.compile("[A-Za-z]{2}")
_CURRENCY_KEY: Final = regex.compile(r"currency|moneda|moeda|валюта|عملة|मुद्रा|货币|貨幣|通貨", regex.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Evidence:
    """A text, NFKC-normalised. details: the item's metadata."""

    text: str
    language: str
    details: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def casefolded(self) -> str:
        return self.text.casefold()

    @cached_property
    def bare(self) -> str:
        return bare(self.text)

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def names(self) -> Known:
        return Known(self.text)

    @cached_property
    def utterances(self) -> Utterances:
        return Utterances(self.text)

    @cached_property
    def scripts(self) -> frozenset[str]:
        return frozenset(script_of(word) for word in set(words(self.text[:_SAMPLE])))

    @cached_property
    def capitals(self) -> frozenset[str]:
        """Its words in capitals, without those of lines that are in capitals altogether."""
        lines = (words(line) for line in self.text.splitlines())
        return frozenset(word for line in lines if not all(map(str.isupper, line)) for word in line if word.isupper())

    @cached_property
    def digits(self) -> str:
        return digits(self.text)

    @cached_property
    def facts(self) -> Facts:
        """The numbers, prices and moments, read in the item's language, and in English, which captions are in."""
        languages = (self.language,) if self.language == "en" else (self.language, "en")
        english = claims(self.text, "en") if self.language != "en" else ()
        amounts = "\n".join(value for key, value in self.details.items() if _AMOUNT_KEY.search(key))
        return Facts(
            self.text,
            [*claims(self.text, self.language), *(c for c in english if _LATIN.search(self.text[c.start : c.end]))],
            claims(_cut(amounts), self.language),
            self._currencies,
            any(says(self.text, language, "free_words") for language in languages),
        )

    @cached_property
    def price_terms(self) -> PriceTerms:
        """Its prices with and without tax and shipping."""
        return PriceTerms(self.text, claims(self.text, self.language))

    @property
    def _currencies(self) -> frozenset[str] | None:
        """The currency of the metadata's amounts; None where it names none."""
        named = next((value for key, value in self.details.items() if _CURRENCY_KEY.search(key)), "").strip()
        if not named:
            return None
        roles = lexicon_of(self.language).roles.get(key_of(named), {})
        return roles.get("currencies") or frozenset((named.upper(),))


def evidence_of(item: Item, caption: str) -> Evidence:
    """Return the item's evidence. Takes milliseconds for a long item: call it in a thread."""
    return Evidence(_cut(grounding_text(item, caption)), item.language, details_of(item))


def _cut(text: str) -> str:
    return normalise(text[:LONGEST])[:LONGEST]
