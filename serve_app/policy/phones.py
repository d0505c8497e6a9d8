# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Phone numbers: by a cue, by their country's shape, or by an international prefix."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

import regex

from serve_app.policy.person_numbers import DATE, Number, Run, runs, words

_PHONE_CUE: Final = words(
    r"\btel\b", r"\bph(?:one)?\b", r"\bcall\b", r"\btext\b", r"\bring\b", r"\bdial\b", r"\bsms\b", r"\bmobile\b", r"\bcell\b", r"\bfax\b", r"\barea code\b", "whats ?app", "viber", "signal", "telegram",
    "tel[eé]fono", r"ll[aá]ma(?:me|nos|r|le)?\b", r"m[oó]vil\b", "celular", r"\bcel\b", r"\bwpp\b", r"\bzap\b", r"\bligue\b", r"\bliga[r]?\b", "telefone", "telem[oó]vel", r"\bbizum\b", r"\bpix\b",
    r"\bтел\b", "телефон", "звон", "позвон", "набер", r"смс", "ватсап", "вотсап", "вайбер", r"моб\b",
    "هاتف", "اتصل", "إتصل", "جوال", "واتس", "موبايل", "تليفون", "كلمن", "للتواصل", "تواصل", "اطلبو", "للحجز", "للطلب",
    "फ़?ोन", "फ़ोन", "कॉल", "मोबाइल", "व्हाट्स", "वॉट्स", "संपर्क", "डायल", "नंबर पर",
    "電話", "でんわ", "TEL", "携帯", "連絡先", "ご連絡", "电话", "手机", "致电", "拨打", "来电", "热线", "联系", "聯絡", "手機", "預約", "预约", "微信", "加微",
)  # fmt: skip
_NOT_PHONE_BEFORE: Final = words(
    "isbn", "issn", "doi", "ean", r"\bid\b", "заказ", "order", "pedido", "ref", "vol", "#", "期", "第"
)
_NOT_PHONE_AFTER: Final = regex.compile(
    r"\s*(?:[%‰€$£¥₽₹元円]|km|kg|m2|euro|eur|usd|dollar|views|times|people|visit|km2|persona|pessoa|vista|habitante|reais|pesos|руб|раз|человек|просмотр|км|वर्ष|रुपये|लोग|व्यू|ريال|جنيه|مشاهدة|شخص|人|回|万|億|次|票|分)",
    regex.IGNORECASE,
)

# Shapes of phones by country: the digits, and the lengths of their groups.
_SHAPES: Final[tuple[tuple[regex.Pattern[str], frozenset[tuple[int, ...]]], ...]] = tuple(
    (regex.compile(number), frozenset(groups))
    for number, groups in (
        (r"1?[2-9]\d\d[2-9]\d{6}", {(3, 3, 4), (1, 3, 3, 4), (1, 3, 7)}),  # North America
        (r"555\d{4}", {(3, 4)}),
        (r"[78]9\d{9}", {(11,), (1, 3, 3, 2, 2), (1, 3, 3, 4), (1, 10), (1, 3, 7), (4, 3, 2, 2), (4, 3, 4)}),  # Russia
        (r"[78][348]\d{9}", {(1, 3, 3, 2, 2), (1, 3, 3, 4), (1, 4, 2, 2, 2), (1, 4, 3, 3), (1, 5, 5)}),
        (r"9\d{9}", {(3, 3, 2, 2)}),
        (r"(?:0|91)?[6-9]\d{9}", {(10,), (5, 5), (11,), (6, 5), (4, 3, 3), (3, 3, 4), (2, 5, 5), (1, 5, 5)}),  # India
        (r"1[3-9]\d{9}", {(11,), (3, 4, 4), (3, 8), (3, 3, 5), (4, 3, 4)}),  # China
        (r"400\d{7}|800\d{7}", {(3, 3, 4), (3, 4, 3)}),
        (r"0\d{9,10}", {(10,), (11,), (2, 4, 4), (3, 4, 4), (3, 3, 4), (4, 2, 4), (4, 3, 3), (4, 7), (3, 7), (3, 8), (4, 4, 3), (5, 1, 4), (2, 8), (5, 6), (5, 3, 3), (4, 3, 4), (3, 4, 3), (4, 6), (2, 3, 2, 2), (2, 1, 7)}),
        (r"09\d{8}", {(4, 3, 3), (10,), (4, 6)}),  # Taiwan
        (r"(?:55)?[1-9]\d9?\d{8}", {(2, 5, 4), (2, 4, 4), (2, 9), (11,), (2, 1, 4, 4), (2, 2, 5, 4)}),  # Brazil
        (r"9\d{8}", {(5, 4)}),
        (r"[679]\d{8}|8[1-8]\d{7}", {(3, 2, 2, 2), (9,)}),  # Spain, Portugal
        (r"(?:52)?[2-9]\d{9}", {(2, 4, 4), (3, 3, 4), (2, 8), (2, 2, 4, 4)}),  # Mexico
        (r"(?:11|15)\d{8}", {(2, 4, 4), (10,)}),  # Argentina
        (r"0?1[0125]\d{8}", {(11,), (3, 4, 4), (4, 3, 4), (4, 7), (3, 8)}),  # Egypt
        (r"0?5\d{8}", {(10,), (3, 3, 4), (3, 7), (2, 3, 4)}),  # Saudi Arabia, Emirates
    )
)  # fmt: skip


_LONGEST: Final = 16
_CUE_REACH: Final = 28


# Digits as they are read out. "Two, three" of a list of things makes no seven of them.
_SPOKEN: Final = {
    word: str(digit)
    for digit, spoken in enumerate(
        (
            "zero oh nought cero ноль нуль صفر शून्य ज़ीरो",
            "one uno um один واحد एक",
            "two dos dois duas два اثنان اثنين दो",
            "three tres três три ثلاثة ثلاث तीन",
            "four cuatro quatro четыре اربعة أربعة أربع चार",
            "five cinco пять خمسة خمس पाँच पांच पाच पाञ्च",
            "six seis meia шесть ستة ست छह छः छे",
            "seven siete sete семь سبعة سبع सात",
            "eight ocho oito восемь ثمانية ثماني आठ",
            "nine nueve nove девять تسعة تسع नौ",
        )
    )
    for word in spoken.split()
}
_TIMES: Final = {
    **dict.fromkeys(("double", "doble", "duplo", "dupla", "дважды", "डबल"), 2),
    **dict.fromkeys(("triple", "treble", "triplo", "tripla", "трижды", "ट्रिपल", "तिगुना"), 3),
    **dict.fromkeys(("quadruple", "cuádruple", "четырежды"), 4),
}
# Digits in the plural: "three zeros", where a digit before them says how many.
_MANY: Final = {
    word: str(digit)
    for digit, spoken in enumerate(
        (
            "zeros zeroes ceros нуля нулей أصفار",
            "ones unos единицы",
            "twos doses двойки",
            "threes treses тройки",
            "fours cuatros quatros четвёрки четверки",
            "fives cincos пятёрки пятерки",
            "sixes seises шестёрки шестерки",
            "sevens sietes setes семёрки семерки",
            "eights ochos oitos восьмёрки восьмерки",
            "nines nueves noves девятки",
        )
    )
    for word in spoken.split()
}
_NUMBER_WORDS: Final = frozenset((*_SPOKEN, *_TIMES, *_MANY))
_SPOKEN_WORD: Final = regex.compile(r"[\p{L}\p{M}]++")
_BETWEEN: Final = regex.compile(
    r"[\s,،、.\-–]{1,3}(?:(?:and )?(?:then|luego|después|depois|e depois|затем|потом|дальше|ثم|بعدها|फिर|उसके बाद)[\s,،.\-–]{1,3})?",
    regex.IGNORECASE,
)
_FEWEST_SPOKEN: Final = 7
_SURELY_SPOKEN: Final = 9


def spoken_phones(text: str) -> Iterator[Number]:
    """Yield phone numbers written in words of single digits: with a cue, or of nine and more. A countdown is none."""
    row: list[regex.Match[str]] = []
    for match in _SPOKEN_WORD.finditer(text):
        if match.group().lower() not in _NUMBER_WORDS:
            continue
        if row and not _BETWEEN.fullmatch(text, row[-1].end(), match.start()):
            yield from _spoken(text, row)
            row = []
        row.append(match)
    if row:
        yield from _spoken(text, row)


def _spoken(text: str, row: list[regex.Match[str]]) -> Iterator[Number]:
    digits, times = "", 1
    for match in row:
        word = match.group().lower()
        if word in _TIMES:
            times = _TIMES[word]
        elif word in _MANY:
            many = int(digits[-1:] or 1)
            digits = digits[:-1] + _MANY[word] * many
        else:
            digits += _SPOKEN[word] * times
            times = 1
    before = text[max(0, row[0].start() - _CUE_REACH) : row[0].start()]
    cued = bool(_PHONE_CUE.search(before))
    if _FEWEST_SPOKEN <= len(digits) <= _LONGEST and (cued or not _counts(digits)):
        yield Number("pii.phone", row[0].start(), row[-1].end(), digits, cued or len(digits) >= _SURELY_SPOKEN)


def phones(text: str) -> Iterator[Number]:
    """Yield phone numbers. text: with ASCII digits."""
    for run in runs(text):
        if found := _phone(run):
            yield found


def _phone(run: Run) -> Number | None:
    sure = not _is_other(run) and len(run.digits) <= _LONGEST and (_is_foreign(run) or _is_cued(run) or _has_shape(run))
    if sure or _may_be_one(run):
        return Number("pii.phone", run.start, run.end, run.digits, sure)
    return None


def _is_foreign(run: Run) -> bool:
    return run.text.startswith(("+", "00")) and len(run.digits) >= 8 and "/" not in run.text and max(run.groups) > 1


def _is_cued(run: Run) -> bool:
    return bool(_PHONE_CUE.search(run.before)) and not _NOT_PHONE_AFTER.match(run.after)


def _has_shape(run: Run) -> bool:
    """Whether the digits and their groups are those of a country's phones."""
    if _NOT_PHONE_AFTER.match(run.after) or _NOT_PHONE_BEFORE.search(run.before[-12:]):
        return False
    groups = run.groups
    if set(groups) == {1}:
        if len(run.digits) < 10 or "-" in run.text or _counts(run.digits):
            return False
        groups = (len(run.digits),)
    return any(number.fullmatch(run.digits) and groups in shapes for number, shapes in _SHAPES)


def _may_be_one(run: Run) -> bool:
    """Nine or ten digits as of mobiles in Iberia and India, or any number."""
    shaped = run.groups in ((3, 3, 3), (10,)) and run.digits[0] in "6789" and not run.digits.endswith("000")
    return shaped and not _is_other(run) and not _NOT_PHONE_AFTER.match(run.after)


def _is_other(run: Run) -> bool:
    """Whether the digits are a date, a range of years, an ISBN, or one number in groups of thousands."""
    if DATE.match(run.text.strip("( [")) or (run.digits.startswith(("978", "979")) and len(run.digits) == 13):
        return True
    if "/" in run.text and not run.text.lstrip().startswith("+"):
        return True
    thousands = len(run.groups) > 1 and set(run.groups[1:]) == {3} and run.groups[0] <= 3
    return thousands and not regex.search(r"[()\-+]", run.text) and run.groups != (3, 3, 3)


def _counts(digits: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(digits)}
    return len(steps) == 1
