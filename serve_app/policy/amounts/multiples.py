# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""How many times as much: "o triplo", 三倍. It must be that of two numbers between which the item says that one went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import regex

from serve_app.policy.amounts.claims import Claim, Number
from serve_app.policy.cues import Cued
from serve_app.policy.text import normalise

_TWO: Final = (
    r"\bdoubled\b|\btwofold\b|twice as (?:many|much)|\bel doble\b|duplic(?:ó|a|an|aron|ado)\b|\bo dobro\b|\bao dobro\b|dobr(?:ou|aram|a|ado)\b|duplic(?:ou|aram)\b"
    r"|вдвое|в два раза|удво(?:ил|ен)\p{L}*|تضاعف\p{L}*|(?<!\p{L})ضعفي|(?<!\p{L})الضعف|दोगुन[ाीे]|दुगुन[ाीे]|दुगन[ाीे]|दो गुन[ाीे]|(?<![十百])二倍|(?<!\d)2倍|(?<![\p{N}一二三四五六七八九十百千万数何])倍(?:増|に)|(?<!十)两倍|兩倍|翻倍|翻番|翻了?一番|翻了?一倍|(?:增加|增长|增長|提高|上升)了?一倍"
)
_THREE: Final = (
    r"\btripled?\b|\bthreefold\b|three times as (?:many|much)|\bel triple\b|triplic(?:ó|a|an|aron|ado)\b|\bo triplo\b|\bao triplo\b|triplic(?:ou|aram)\b"
    r"|втрое|в три раза|утро(?:ил|ен)\p{L}*|ثلاثة أضعاف|तिगुन[ाीे]|तीन गुन[ाीे]|(?<![十百])三倍|(?<!\d)3倍"
)
_FOUR: Final = (
    r"\bquadrupled?\b|\bfourfold\b|four times as (?:many|much)|cuádruple|cuadruplic(?:ó|a|an|aron|ado)\b|quádruplo|quadruplic(?:ou|aram)\b"
    r"|вчетверо|в четыре раза|أربعة أضعاف|चौगुन[ाीे]|चार गुन[ाीे]|(?<![十百])四倍|(?<!\d)4倍|翻了?[两兩二]番"
)
_EIGHT: Final = r"\boctupled?\b|\beightfold\b|eight times as (?:many|much)|в восемь раз|आठ गुन[ाीे]|(?<![十百])八倍|(?<!\d)8倍|翻了?三番"
_MULTIPLES: Final = tuple(
    (times, Cued(normalise(source))) for times, source in ((2, _TWO), (3, _THREE), (4, _FOUR), (8, _EIGHT))
)
# Other ways in which an item says how many times: "2x", "up 100%".
_TIMES: Final = {
    2: r"\btwice\b|\bdouble\b|(?<![\d.])2 ?[x×]|[x×] ?2(?!\d)|\b2-fold|(?<!\d)100 ?(?:%|percent|per cent)|\bdoble\b|\bdobro\b|двукратн|двойн|в 2 раза|مرتين|مضاعف|(?<!\d)2 गुन|倍増|加倍|双倍|一倍",
    3: r"\bthrice\b|\btriple\b|(?<![\d.])3 ?[x×]|[x×] ?3(?!\d)|\b3-fold|(?<!\d)200 ?(?:%|percent|per cent)|\btriplo\b|тр[её]хкратн|тройн|в 3 раза|ثلاث مرات|(?<!\d)3 गुन",
    4: r"\bquadruple\b|(?<![\d.])4 ?[x×]|[x×] ?4(?!\d)|\b4-fold|(?<!\d)300 ?(?:%|percent|per cent)|четыр[её]хкратн|в 4 раза|أربع مرات|(?<!\d)4 गुन",
}
_ALSO: Final = {times: Cued(normalise(source)) for times, source in _TIMES.items()}
# What such words mean beside "so many times": each row is an idiom and its words before or behind.
_IDIOMS: Final = (
    r"doubled (?:down|over|up|back|as|for|in (?:pain|laughter))\b",
    r"(?:fun|joy|love|laughs?|pleasure|excitement|smiles?|efforts?|flavou?r)\s(?:(?:is|are|was|were|has|have|just)\s)?(?:doubled|tripled?)\b",
    r"(?:twice|three times) as much (?:fun|joy|love|laughter|pleasure|flavou?r)\b",
    r"\b(?:doubled|tripled) (?:our|their|his|her|its|the) (?:efforts?|resolve|fun|joy)\b",
    r"\btriple (?:jump|crown|play|threat|axel|chocolate|sec|word)\b",
    r"\bel doble (?:clic|check|filo|fondo|sentido|juego|techo|cristal|airbag|grado|(?:de|del) (?:acción|riesgo|(?-i:\p{Lu})\p{L}{1,20}+))",
    r"\bel triple (?:salto|mortal|eje|play|(?:de|del) (?-i:\p{Lu})\p{L}{1,20}+|ganador|sobre la bocina)",
    r"duplic(?:a|an|ado|ó) (?:(?:tu|la|las|de|una)\s)?(?:llaves?|copia|archivos?)",
    r"\b(?:el doble|o dobro|ao dobro|el triple|o triplo) de (?:diversión|diversão|alegría|alegria|ganas|amor|rico|sabor|divertid[oa])",
    r"(?:diversión|diversão|alegría|alegria|amor|sabor) (?:se )?(?:duplica|dobra|triplica)",
    r"dobr(?:ou|aram|a|ado) (?:(?:a|o|as|os|à|na|seu|sua|em)\s)?(?:esquinas?|guardanapos?|roupas?|papel|papéis|lençol|lençóis|joelhos?|sinos?|língua|mapa|folhas?|aposta|massa|atenção|esforços?|cuidados?|carta|camisas?|origami|meio|quatro)\b",
    r"(?:papel|massa|roupa|sino|lençol|guardanapo|folha|arame) (?:se )?dobr(?:a|ado|ou)\b",
    r"(?:сл[оа]ж\p{L}{0,12}+|согн\p{L}{0,12}+|сгиб\p{L}{0,12}+|перег\p{L}{0,12}+|сверн\p{L}{0,12}+)(?:\s\p{L}{1,20}+){0,2}\s(?:вдвое|втрое|вчетверо)",
    r"(?:удво|утро)(?:ил|ен)\p{L}{0,12}+\s(?:(?:своё|свое|свои|его|её|ваше)\s)?(?:внимани\p{L}{0,12}+|бдительност\p{L}{0,12}+|усили\p{L}{0,12}+|осторожност\p{L}{0,12}+|энерги\p{L}{0,12}+|радост\p{L}{0,12}+|рвени\p{L}{0,12}+|сил\p{L}{0,12}+|удовольстви\p{L}{0,12}+)",
    r"(?:радост\p{L}{0,12}+|удовольстви\p{L}{0,12}+|внимани\p{L}{0,12}+)\s(?:удво|утро)\p{L}{1,20}+",
    r"(?:вдвое|втрое)\s(?:вкуснее|веселее|приятнее|интереснее)",
    r"(?:نقاط|نقطة|مواطن|موطن|لحظات|لحظة|جوانب|أوجه|هذا|القوة و)\s?(?:الضعف|ضعفي)",
    r"(?:الضعف|ضعفي) (?:البشري|الإنساني|الشديد|العام|والقوة|أمام|تجاه)",
    r"تضاعف\p{L}{0,12}+\s(?:\p{L}{1,20}+\s)?(?:الفرحة|المتعة|السعادة|الجهود|الجهد|البهجة)|(?:الفرحة|المتعة|السعادة|البهجة)\sتضاعف\p{L}{0,12}+",
    r"(?:मज़ा|मजा|मज़े|ख़ुशी|खुशी|ख़ुशियाँ|खुशियाँ|आनंद|प्यार|स्वाद|जोश|उत्साह)(?:\s\p{L}[\p{L}\p{M}]{0,16}+){0,2}\s(?:दोगुन|दुगुन|दुगन|तिगुन|चौगुन)[ाीे]",
    r"(?:दोगुन|दुगुन|दुगन|तिगुन|चौगुन)[ाीे]\s(?:मज़ा|मजा|मज़े|ख़ुशी|खुशी|आनंद|प्यार|स्वाद|जोश|उत्साह)",
    r"(?:喜び|楽しさ|おいしさ|美味しさ|うれしさ|嬉しさ|幸せ|元気|笑顔|魅力|楽しみ|感動)[はがもを]?(?:[2-4二三四]?倍(?:増|に)?)",
    r"人一倍|[二2]倍(?:楽し|おいし|美味し|うれし|嬉し)|倍返し",
    r"(?:快乐|快樂|幸福|欢乐|歡樂|惊喜|驚喜|美味|乐趣|樂趣|好运|好運|勇气|能量|甜蜜|可爱|魅力)(?:也|都|会|將|将)?(?:翻倍|翻番|翻了一番|[两兩三四]倍|加倍)",
    r"(?:翻倍|[两兩三]倍)的?(?:快乐|快樂|幸福|欢乐|歡樂|惊喜|驚喜|美味|乐趣|樂趣|好运|好運)",
)
_IDIOM: Final = Cued(normalise("|".join(_IDIOMS)))
# From one number to another, or one "up from" the other.
_FROM_TO: Final = regex.compile(
    r"(?:^|\s)(?:to|a|para|до|إلى|से|up from|from|desde|de|с|من)\s|から|増|增|升|[到至]|[→➜]|से बढ़", regex.IGNORECASE
)
_REACH: Final = 40  # characters from one number to the other
# Beside the number of an earlier time: "60 volunteers. Last year there were 40."
_EARLIER: Final = Cued(
    r"\b(?:last|previous|prior) (?:year|season|month|week|edition|time|spring|summer|autumn|fall|winter)\b|\b(?:a|one) year (?:ago|earlier|before)\b|\bthe year before\b"
    r"|\b(?:año|mes|temporada|edición|curso|ano|mês|edição) (?:pasad[oa]|anterior|passad[oa])\b|\bpasado año\b|\bhace un año\b|\bhá um ano\b"
    r"|прошл\p{L}{2,3} (?:год|сезон|раз|месяц|лет)\p{L}{0,3}|год(?:ом)? (?:назад|ранее|раньше)|(?:العام|السنة|الموسم|الدورة|الشهر) (?:الماضي|السابق)ة?|قبل (?:عام|سنة)"
    r"|पिछले (?:साल|वर्ष|महीने)|पिछली बार|गत वर्ष|एक साल पहले|前年|昨年|去年|前回|昨季|先月|前月|上年|上届|上屆|上一年|上次|上个?月|一年前"
)
_FAR: Final = 120  # characters from that number to the one of now
_APART: Final = 3  # claims
_TOLERANCE: Final = 0.2
# Words of any amount: beside them a multiple is of whatever the item counts.
_AMOUNT: Final = regex.compile(
    r"\b(?:numbers?|total|count|figures?|amount|size|número|cantidad|cifra|total|quantidade|tamanho)\b|(?<!\p{L})(?:числ|количеств|стало|больше)|عدد|الرقم|संख्या|गिनती|数|數|人数|数量|規模|规模",
    regex.IGNORECASE,
)
_SENTENCE: Final = regex.compile(r"[.!?;。！？；।؟\n]")
_WORD: Final = regex.compile(r"[\p{L}\p{M}]+")
_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Katakana}\p{Hiragana}]+")
_ENDING: Final = regex.compile(r"\p{Hiragana}{2}")
_STEM: Final = 4  # letters that two forms of a word share
_MOST_CLAIMS: Final = 400
_PAIR: Final = 2
_READ: Final = 2_000
_SPAN: Final = 120  # characters around a number in which its sentence is read


class Multiple(NamedTuple):
    """A multiple that a text names, where, and the stems of the words of its sentence."""

    times: int
    start: int
    end: int
    stems: frozenset[str]
    of_any_amount: bool


class Change(NamedTuple):
    """A number that became another one: how many times as much, and the stems of the words of its sentence.

    alone: whether the item has no other numbers. others: the stems of its other sentences.
    """

    ratio: float
    stems: frozenset[str]
    alone: bool
    others: frozenset[str]

    def is_of(self, multiple: Multiple) -> bool:
        """Whether the multiple is of the same, as far as words tell."""
        if multiple.of_any_amount or self.stems & multiple.stems:
            return True
        return self.alone and not self.others & multiple.stems


def multiples(text: str) -> Iterator[Multiple]:
    """Yield the multiples of a text that are no idioms."""
    idioms: set[int] | None = None  # places, looked for once there is a multiple
    for times, words in _MULTIPLES:
        for match in words.finditer(text):
            if idioms is None:
                idioms = {at for idiom in _IDIOM.finditer(text) for at in range(*idiom.span())}
            if idioms.isdisjoint(range(*match.span())):
                sentence = _sentence(text, match.start(), match.end())
                of_any_amount = _AMOUNT.search(sentence) is not None
                yield Multiple(times, match.start(), match.end(), _stems(sentence), of_any_amount)


def times_of(text: str) -> frozenset[int]:
    """Return the multiples that an item says, in any words."""
    said = {times for times, words in _MULTIPLES if words.search(text)}
    return frozenset(said | {times for times, words in _ALSO.items() if words.search(text)})


def changes_of(text: str, claims: Sequence[Claim]) -> tuple[Change, ...]:
    """Return what the item says became how much. text, claims: the item's."""
    claims = claims[:_MOST_CLAIMS]
    return (*_from_one_to_another(text, claims), *_since_earlier(text, claims))


def _from_one_to_another(text: str, claims: Sequence[Claim]) -> Iterator[Change]:
    alone = len(claims) == _PAIR
    words = _stems(text[:_READ]) if alone else frozenset()
    for one, other in pairwise(claims):
        values = [next((r.value for r in claim.readings if isinstance(r, Number)), 0.0) for claim in (one, other)]
        between = text[one.end : other.end]  # the claim may begin with its "up to"
        if min(values) > 0 and len(between) <= _REACH and _FROM_TO.search(between):
            stems = _stems(_sentence(text, one.start, other.end))
            yield Change(max(values) / min(values), stems, alone, words - stems)


def _since_earlier(text: str, claims: Sequence[Claim]) -> Iterator[Change]:
    """Yield what two numbers came to of which one is "last year"."""
    if not _EARLIER.search(text):
        return
    counts = [(claim, r) for claim in claims for r in claim.readings[:1] if isinstance(r, Number) and r.value > 0]
    for apart in range(1, _APART + 1):
        for (one, first), (other, second) in zip(counts, counts[apart:], strict=False):
            if first.unit != second.unit or other.start - one.end > _FAR:
                continue
            around = [_sentence(text, claim.start, claim.end) for claim in (one, other)]
            if any(map(_EARLIER.search, around)):
                stems = _stems(" ".join(_without_times(part) for part in around))
                ratio = max(first.value, second.value) / min(first.value, second.value)
                yield Change(ratio, stems, alone=False, others=frozenset())


def _without_times(text: str) -> str:
    """Leave out "last year": a multiple of anything may be since then."""
    for match in reversed(list(_EARLIER.finditer(text))):
        text = f"{text[: match.start()]} {text[match.end() :]}"
    return text


def is_denied(multiple: Multiple, changes: Sequence[Change]) -> bool:
    """Whether what the multiple is of changed, and not so many times."""
    if any(abs(change.ratio / multiple.times - 1) <= _TOLERANCE for change in changes):
        return False
    return any(change.is_of(multiple) for change in changes)


def _sentence(text: str, start: int, end: int) -> str:
    before = _SENTENCE.split(text[max(0, start - _SPAN) : start])[-1]
    return before + " " + _SENTENCE.split(text[end : end + _SPAN])[0]


def _stems(text: str) -> frozenset[str]:
    """Return the first letters of words, and in scripts without spaces all pairs of letters that are no endings."""
    stems: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        if _UNSPACED.match(word):
            stems.update(pair for at in range(len(word) - 1) if not _ENDING.fullmatch(pair := word[at : at + 2]))
        elif len(word) >= _STEM:
            stems.add(word.removeprefix("ال")[:_STEM])
    return frozenset(stems)
