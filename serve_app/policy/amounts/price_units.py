# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""What a price is for: 人均49元, "$98 for two", "5 € al mes". A copy may leave it out, but not change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

import regex

from serve_app.policy.amounts.claims import Claim, Money
from serve_app.policy.cues import Cued
from serve_app.policy.text import normalise

Units = frozenset[str]

_A: Final = r"(?:\b(?:per|an?|each|every)\s|/\s?)"
_HEAD: Final = "head"
_UNITS: Final = {
    _HEAD: rf"{_A}(?:person|head|guest|adult|child|pax|diner|player|ticket|seat)\b|\bper-person\b|\beach\b|\bapiece\b|\bp\.?\s?p\b|\b(?:por|cada|a) (?:persona|cabeza|comensal|barba|adulto|pessoa|cabeça|convidado|testa)\b"
    r"|\bcada (?:un[oa]?|uma?)\b|\bc/u\b|\bcada\b|/\s?(?:persona|pessoa)\b|\b(?:pro|je) (?:kopf|person|nase)\b|\bpar (?:personne|tête)\b|\bchacune?\b|(?<!\p{L})(?:с|на|за) (?:человека|одного|каждого|носа)(?!\p{L})|/\s?чел|(?<!\p{L})каждому(?!\p{L})"
    r"|للشخص|للفرد|للواحد|لكل (?:شخص|فرد|واحد|ضيف)|लिए प्रति|प्रति (?:व्यक्ति|सदस्य|मेहमान)|प्रत्येक|एक व्यक्ति|हर (?:व्यक्ति|एक)"
    r"|人均|[每一单單]人|[每一][位客名]|/\s?[人位]|[1一]人|お?(?:一人|ひとり)|[1一]名|各",
    "hour": rf"{_A}(?:hour|hr)\b|\bhourly\b|\b(?:la|por|a) hora\b|/\s?hora\b|(?<!\p{{L}})(?:в|за) час(?!\p{{L}})|/\s?час|في الساعة|للساعة|بالساعة|(?:प्रति|हर) घं|[1一毎]時間|/\s?時間|毎時|[每一]小时|[每一]小時|/\s?小[时時]",
    "day": rf"{_A}day\b|\bdaily\b|\b(?:al|por|ao) d[ií]a\b|\bdi[aá]ri[oa]s?\b|/\s?d[ií]a\b|(?<!\p{{L}})(?:в|за) (?:день|сутки)(?!\p{{L}})|/\s?день|يوميا|في اليوم|لليوم|(?:प्रति|हर) ?दिन|रोज़ाना|[1一毎]日|日額|[每一]天|每日|/\s?[天日]",
    "night": rf"{_A}night\b|\bnightly\b|\b(?:por|la|a) no(?:che|ite)\b|/\s?no(?:che|ite)\b|(?<!\p{{L}})(?:за|в) ночь(?!\p{{L}})|/\s?ночь|لليلة|في الليلة|لكل ليلة|(?:प्रति|हर|एक) रात|[1一]泊|/\s?泊|[每一]晚|/\s?晚",
    "week": rf"{_A}(?:week|wk)\b|\bweekly\b|\b(?:a la|por|à) semana\b|/\s?semana\b|\bsemana(?:l|les|is)\b|(?<!\p{{L}})в неделю|/\s?нед|еженедельно|أسبوعيا|في الأسبوع|(?:प्रति|हर) (?:सप्ताह|हफ़्ते)|साप्ताहिक|毎週|/\s?週|[每一][周週]|/\s?周",
    "month": rf"{_A}(?:month|mo)\b|\bmonthly\b|\b(?:al|por|ao|cada) m[eê]s\b|/\s?m[eê]s\b|\bmensua(?:l|les)\b|\bmensa(?:l|is)\b|\b(?:im|pro) monat\b|\bmonatlich\b|\bpar mois\b|(?<!\p{{L}})(?:в|за) мес|/\s?мес|ежемесячно|شهريا|في الشهر|بالشهر|كل شهر|(?:प्रति|हर) (?:माह|महीन)|मासिक|月額|毎月|月々|/\s?月|[每一]个?月|[每一]個月|月费|月費",
    "year": rf"{_A}(?:year|yr)\b|\b(?:yearly|annually)\b|\b(?:al|por|cada) a[ñn]o\b|\bao ano\b|/\s?a[ñn]o\b|\banua(?:l|les|is)\b|\b(?:im|pro) jahr\b|\bjährlich\b|\bpar an\b|(?<!\p{{L}})(?:в|за) год(?!\p{{L}})|/\s?год|ежегодно|سنويا|في السنة|كل سنة|(?:प्रति|हर) (?:वर्ष|साल)|सालाना|वार्षिक|年額|毎年|/\s?年|[每一]年|年费|年費",
    "kilo": rf"{_A}(?:kilo|kg)\b|\b(?:el|por|o) (?:kilo|kg|quilo)\b|/\s?кг|(?<!\p{{L}})за (?:кило|кг)|(?:لل|ال)كيلو|(?:प्रति|एक) किलो|[1一]?(?:キロ|kg)|[每一]公斤",
    "pound": rf"{_A}(?:pound|lb)\b",
    "jin": r"[每一]斤|/\s?斤",
    "litre": rf"{_A}lit(?:re|er)\b|\b(?:el|por|o) litro\b|/\s?л\b|(?<!\p{{L}})за литр|(?:لل|ال)لتر|प्रति लीटर|リットル|[每一]升",
}
_PARTIES: Final = {
    "2": r"\b(?:per|a) couple\b|\bpor (?:pareja|casal)\b|双人|雙人|两人|兩人|二人|2人|for two\b|for 2\b|para dos\b|para 2\b|para dois\b|para duas\b|на двоих|на двух|لشخصين|दो लोगों|दो व्यक्तियों|2 लोगों|ペア|二名様|2名様"
    r"|\b(?:two|2) (?:tickets|people|guests|adults|seats|passes|places) (?:for|at)\b|\b(?:dos|2) (?:entradas|boletos|personas|plazas) (?:por|a)\b|\b(?:dois|duas|2) (?:ingressos|pessoas|entradas|lugares) por\b|(?<!\p{L})(?:два|две|2) билета за(?!\p{L})|دعوتين|تذكرتين|تذكرتان|(?:दो|2) टिकट|[2二]枚で|[两兩2]张",
    "3": r"三人|3人|for three\b|para tres\b|para três\b|на троих|لثلاثة أشخاص|तीन लोगों|三名様|3名様"
    r"|\b(?:three|3) (?:tickets|people|guests|adults|seats|passes|places) (?:for|at)\b|\b(?:tres|3) (?:entradas|boletos|personas|plazas) (?:por|a)\b|\b(?:três|3) (?:ingressos|pessoas|entradas|lugares) por\b|(?<!\p{L})(?:три|3) билета за(?!\p{L})|ثلاث تذاكر|(?:तीन|3) टिकट|[3三]枚で|[三3]张",
    "4": r"四人|4人|for four\b|para cuatro\b|para quatro\b|на четверых|لأربعة أشخاص|चार लोगों|四名様|4名様"
    r"|\b(?:four|4) (?:tickets|people|guests|adults|seats|passes|places) (?:for|at)\b|\b(?:cuatro|4) (?:entradas|boletos|personas|plazas) (?:por|a)\b|\b(?:quatro|4) (?:ingressos|pessoas|entradas|lugares) por\b|(?<!\p{L})(?:четыре|4) билета за(?!\p{L})|أربع تذاكر|(?:चार|4) टिकट|[4四]枚で|[四4]张",
}
_KINDS: Final = (
    frozenset((_HEAD, *_PARTIES)),
    frozenset(("hour", "day", "night", "week", "month", "year")),
    frozenset(("kilo", "pound", "jin", "litre")),
)
# A price of these is one a head.
_TICKET: Final = Cued(r"\b(?:tickets?|entradas?|ingressos?|boletos?)\b|билет|チケット|门票|門票|票价|टिकट|تذكرة|تذاكر")
_UNIT: Final = tuple((unit, Cued(normalise(words))) for unit, words in _UNITS.items())
_PARTY: Final = tuple((count, Cued(normalise(words))) for count, words in _PARTIES.items())
_BESIDE: Final = 14  # characters between a price and its unit
_LONGEST: Final = 16  # characters of a unit
_SENTENCE: Final = 80
_BREAK: Final = regex.compile(r"\d|[!?;。！？；\n]|[,،，、]|\.(?=\s)")
_STOP: Final = regex.compile(r"[!?。！？।\n]|\.(?=\s)")
_MOST: Final = 200  # prices of an item whose units are read
_ROUNDED: Final = 0.01


class Price(NamedTuple):
    """A price of the item: its readings, and what it is for."""

    values: frozenset[float]
    units: Units


def units_of(text: str, start: int, end: int) -> Units:
    """Return what the price at this place is for: a unit of `_UNITS`, or the size of a party."""
    before, after = text[max(0, start - _BESIDE - _LONGEST) : start], text[end : end + _BESIDE + _LONGEST]
    behind, ahead = frozenset(_behind(after)), frozenset(_ahead(before))
    return behind.union(*(ahead & kind for kind in _KINDS if not behind & kind))


def prices_of(text: str, claims: Iterable[Claim], others: Iterable[float]) -> tuple[Price, ...]:
    """Return the item's prices. others: those of its metadata.

    A price that names nothing itself is of the party that its sentence names. The only one is of that of the title.
    """
    priced = (claim for claim in claims if any(isinstance(r, Money) for r in claim.readings))
    found = [(_values(claim), _units_in_item(text, claim)) for claim in islice(priced, _MOST)]
    found += [(frozenset((value,)), frozenset()) for value in others]
    if len(frozenset(chain.from_iterable(values for values, _ in found))) == 1:
        of_title = frozenset(_parties(text.partition("\n")[0]))
        found = [(values, units if units or len(of_title) > 1 else of_title) for values, units in found]
    return tuple(Price(values, units) for values, units in found)


def is_changed(claim: Claim, units: Units, prices: Sequence[Price]) -> bool:
    """Whether the item has the price, but for something else. units: what the copy says it is for."""
    values = _values(claim)
    its = frozenset(chain.from_iterable(price.units for price in prices if price.values & values))
    return any(units & kind and its & kind and not units & its & kind for kind in _KINDS)


def is_share(claim: Claim, units: Units, prices: Sequence[Price]) -> bool:
    """Whether the price is a head's part of what the item sells to a party, or what a party pays in all."""
    values = _values(claim)
    for price in prices:
        for count in map(float, filter(str.isdecimal, price.units if _HEAD in units else ())):
            if any(abs(known - value * count) < count for known in price.values for value in values):
                return True
        for count in map(float, filter(str.isdecimal, units if _HEAD in price.units else ())):
            if any(abs(known * count - value) <= _ROUNDED for known in price.values for value in values):
                return True
    return False


def _values(claim: Claim) -> frozenset[float]:
    return frozenset(reading.value for reading in claim.readings if isinstance(reading, Money))


def _units_in_item(text: str, claim: Claim) -> Units:
    units = units_of(text, claim.start, claim.end)
    around = text[max(0, claim.start - _BESIDE) : claim.end + _BESIDE]
    if units & _KINDS[0]:
        return units
    if _TICKET.search(around):
        return units | {_HEAD}
    before = _STOP.split(text[max(0, claim.start - _SENTENCE) : claim.start])[-1]
    after = _STOP.split(text[claim.end : claim.end + _SENTENCE])[0]
    parties = frozenset(_parties(f"{before} {after}"))
    return units | parties if len(parties) == 1 else units


def _parties(text: str) -> Iterator[str]:
    return (count for count, words in _PARTY if words.search(text))


def _behind(text: str) -> Iterator[str]:
    for unit, words in chain(_UNIT, _PARTY):
        for match in words.finditer(text):
            if match.start() <= _BESIDE and not _BREAK.search(text, 0, match.start()):
                yield unit


def _ahead(text: str) -> Iterator[str]:
    for unit, words in chain(_UNIT, _PARTY):
        for match in words.finditer(text):
            if len(text) - match.end() <= _BESIDE and not _BREAK.search(text, match.end()):
                yield unit
