"""Whether words stand in a text as somebody said them: cut or inflected, never negated, renumbered or reordered."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import regex

from serve_app.policy.broken_quotations import interjections
from serve_app.policy.text import bare

_MARKS: Final = r"[.,;:!?…—–\n،؛؟।。、，；：！？]+"
_CLAUSE = regex.compile(_MARKS)
_TOKEN = regex.compile(
    rf"[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}ー]|[\p{{L}}\p{{M}}\p{{N}}]+(?:['’][\p{{L}}\p{{M}}]+)*|{_MARKS}"
)
_NEGATIONS: Final = frozenset(
    bare(
        "not no never none nobody nothing neither nor without hardly barely cannot"
        " nunca jamas sin nada nadie ni tampoco nao sem jamais ninguem nem"
        " не ни нет никогда без нельзя никто ничего"
        " لا لن لم ليس ليست لست ما مش مو غير بدون دون ابدا"
        " नहीं न ना मत कभी बिना नही"
        " 不 没 沒 未 别 別 无 無 非 勿 莫 ず ぬ"
    ).split()
)
_JAPANESE_NEGATION: Final = regex.compile(r"^(?:な[いかくけ]|ません|まい|じゃな|ずに)")
# What another is said to say, or what is only supposed or denied, is not the speaker's own word.
_NOT_OWN: Final = regex.compile(
    "(?:^| )(?:"
    + bare(
        r"(?:who|whoever|anyone|anybody|everyone|everybody|people|they|those|critics|some|you)"
        r" (?:who |can |may |might |will |still |would |to )?"
        r"(?:says?|said|thinks?|thought|believes?|claims?|keeps? saying|tells? \p{L}+|expects?|hopes?)(?: that)?"
        r"|(?:myth|lie|nonsense|untrue|false|wrong|rumou?rs?|impossible) (?:to say )?that|if|unless|whether|as though"
        r"|not (?:really |even |for a moment )?(?:think|believe|say|saying|mean|suppose|claim|agree)(?: that)?"
        r"|(?:no|nao|nunca) (?:creo|pienso|digo|considero|acho|creio|acredito|penso|dije|disse)(?: que)?"
        r"|не (?:думаю|думаем|считаю|считаем|верю|верим|говорю|сказал)(?: +что)?"
        r"|(?:لا|لم|لن) (?:اعتقد|اظن|اقل|اقول|نعتقد|نظن|ارى)(?: \p{L}*ان(?:نا|ني|ه|ها|هم)?)?"
        r"|(?:नहीं|नही) (?:लगता|मानता|मानती|मानते|सोचता|सोचते|कहा|कहता)(?: ह\p{L}*\p{M}*)?(?: कि)?"
        r"|(?:不|没|沒) (?:认 为|認 為|觉 得|覺 得|相 信|是 说|是 說|说|說)(?: 过| 過)?"
        r"|(?:quien|quienes|los que|el que|la que|algunos|muchos|gente)"
        r" (?:diga|digan|dice|dicen|crea|crean|cree|creen|piense|piensen|piensa|piensan|afirma|afirme)(?: que)?"
        r"|(?:quem|alguns|muitos|gente|os que)"
        r" (?:diz|dizem|disser|diga|acha|acham|achar|ache|pensa|pensam|pensar|acredita|afirma)(?: que)?"
        r"|(?:mentira|mito|falso|absurdo|imposible|impossivel) (?:de )?que|como se|caso|como si"
        r"|(?:кто|кому|те|тот|все|люди|многие|некоторые|они)"
        r" (?:говорит|говорят|скажет|думает|думают|считает|считают|решил|верит|кажется|утверждает)(?: +что)?"
        r"|(?:ложь|неправда|миф|вранье|чушь) +что|если|будто|якобы"
        r"|(?:من|الذين|الذي|البعض|الناس) (?:يقول|يقولون|يظن|يظنون|يعتقد|يعتقدون|يزعم|يزعمون) (?:ان|اننا|انني|باننا)?"
        r"|اذا|لو|(?:كذب|كذبة|خرافة) ان"
        r"|(?:जो|लोग|कुछ)(?: लोग)? (?:कहते|कहता|कहे|कहें|सोचते|सोचता|समझते|मानते)(?: है| हैं)?(?: कि)?"
        r"|अगर|यदि|(?:झूठ|अफ़वाह) (?:है )?कि"
        r"|(?:谁|誰|有 人|那 些 人|的 人|他 们|他 們|人 们|大 家)(?: 要| 还| 還| 都)?"
        r" (?:说|說|以 为|以 為|认 为|認 為|觉 得|覺 得)"
        r"|以 为|以 為|如 果|要 是|假 如"
    )
    + ") ?$"
)
_NOT_OWN_AFTER: Final = regex.compile(
    r"^(?:と[い言](?:う|われ)|なんて|とは(?:思|限|言|い)|わけ(?:が|では|じゃ)|はずが|が?本当なら)"
)
# A Japanese clause says "not" at its end: 目標にはしない.
_NEGATED_PREDICATE: Final = regex.compile(
    r"^(?!.*(?:から|ので|のに|けど|が|て)).*(?:ない|ません|なかった|ませんでした|まい)(?:です|んです)?[ねよ]?$"
)
_LONGEST_PREDICATE: Final = 12
_OPENED: Final = frozenset("\"'“„«»‘‹「『(")  # a quotation begins here
_BEFORE: Final = 8  # tokens before a cut that say whose word it is
_FILLERS: Final = frozenset(
    bare(
        "so well you know like really honestly just and but oh um uh i mean of course"
        " pues bueno mira eh y pero la verdad sabes e mas ne sabe olha moca ah entao que"
        " ну вот же просто и а да то это как бы"
        " والله يا يعني طيب و بس देखिए तो भी ही जी हाँ"
        " 嘛 呢 啊 吧 呀 哦 嗯 了 就 也 ね よ さ な は が を と も の ん で す だ"
    ).split()
)
_MOST_GAP: Final = 2  # words of the item between two of a quotation
_MOST_STARTS: Final = 40  # places of the item at which a clause is tried
_MOST_CLAUSES: Final = 40  # of a quotation; nobody quotes more in a push
_LONGEST_GAP: Final = 12  # tokens of the item between two words of a quotation, with fillers
_PREFIX: Final = 3  # letters that a word and its inflection share
_WHOLE: Final = {"ca": "can", "wo": "will", "sha": "shall"}


class Token(NamedTuple):
    word: str
    """Empty for punctuation."""
    start: int


class Utterances:
    """A text that people may be quoted from. Split into words at the first use, once for all copies of a request."""

    def __init__(self, text: str) -> None:
        self._text = text

    def place(self, quoted: str) -> int | None:
        """Return the character at which the quoted words begin; None where nobody said them.

        Its clauses stand in this order, with anything between them. A speaker named inside of one may be left out.
        """
        found = self._place(quoted)
        return self._joined._place(quoted) if found is None and self._joined else found  # noqa: SLF001 - its own kind

    @cached_property
    def _joined(self) -> Utterances | None:
        """The text without the speakers that are named inside of quotations; None where there are none."""
        kept, last = [], 0
        for start, end in interjections(self._text):
            first, after = (bisect_left(self._tokens, at, key=lambda token: token.start) for at in (start, end))
            if _NEGATIONS.isdisjoint(token.word for token in self._tokens[first:after]):
                kept += self._tokens[last:first]
                last = after
        if not last:
            return None
        joined = Utterances(self._text)
        joined._tokens = [*kept, *self._tokens[last:]]
        joined._joined = None
        return joined

    def _place(self, quoted: str) -> int | None:
        clauses = [words for part in _CLAUSE.split(quoted) if (words := [token.word for token in tokens(part)])]
        if len(clauses) > _MOST_CLAUSES:
            return None
        at, first = 0, None
        for clause in clauses:
            found = next((f for start in self._starts(clause[0], at) if (f := self._said(clause, start))), None)
            if found is None:
                return None
            first = self._tokens[found[0]].start if first is None else first
            at = found[1]
        return first

    @cached_property
    def _tokens(self) -> list[Token]:
        return list(tokens(self._text))

    @cached_property
    def _by_prefix(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for at, token in enumerate(self._tokens):
            places[token.word[:_PREFIX]].append(at)
        return dict(places)

    def _starts(self, word: str, begin: int) -> Iterator[int]:
        places = self._by_prefix.get(word[:_PREFIX], [])
        first = bisect_left(places, begin)
        for at in places[first : first + _MOST_STARTS]:
            if _same(self._tokens[at].word, word):
                yield at

    def _said(self, clause: Sequence[str], start: int) -> tuple[int, int] | None:
        """Return where a clause that begins here stands, each next word at most a small gap later."""
        item, at = self._tokens, start + 1
        for word in clause[1:]:
            gap = _gap(item, at, word)
            if gap is None:
                return None
            at += gap + 1
        return None if self._negated(start, at) else (start, at)

    def _negated(self, start: int, end: int) -> bool:
        """Whether a negation was cut off at either end, or that it is another's word."""
        item = self._tokens
        before = [token.word for token in item[max(0, start - 2) : start]]
        if before and (before[-1] in _NEGATIONS or (before[-1] and before[0] in _NEGATIONS)):
            return True
        after = "".join(token.word for token in item[end : end + 4])
        rest = "".join(token.word or "\n" for token in item[end : end + _LONGEST_PREDICATE]).partition("\n")[0]
        if _NEGATED_PREDICATE.search(rest) or _JAPANESE_NEGATION.match(after) or _NOT_OWN_AFTER.match(after):
            return True
        if end < len(item) and item[end].word in _NEGATIONS:
            return True
        opened = self._text[max(0, item[start].start - 1) : item[start].start] in _OPENED
        return not opened and bool(
            _NOT_OWN.search(" ".join(token.word for token in item[max(0, start - _BEFORE) : start]))
        )


def _gap(item: Sequence[Token], at: int, word: str) -> int | None:
    """Return how many tokens of the item are left out before the word; None where that changes the meaning."""
    left_out, crossed = 0, False
    for n, token in enumerate(item[at : at + _LONGEST_GAP]):
        if _same(token.word, word):
            return n
        if token.word in _NEGATIONS:
            return None
        crossed = crossed or not token.word
        left_out += bool(token.word) and token.word not in _FILLERS
        if left_out > (0 if crossed else _MOST_GAP):
            return None
    return None


def _same(word: str, other: str) -> bool:
    """Whether two words are equal but for a small inflection."""
    if word == other:
        return True
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) < _PREFIX + 1 or len(longer) - len(shorter) > 2 or not (word.isalpha() and other.isalpha()):
        return False
    if word in _NEGATIONS or other in _NEGATIONS:
        return False
    stem = longer[: max(len(longer) - 2, _PREFIX + 1)]
    return shorter.startswith(stem)


def tokens(text: str) -> Iterator[Token]:
    """Split into words without case and accents; "don't" is two."""
    for match in _TOKEN.finditer(text):
        word = bare(match.group())
        if word.endswith("n't"):
            yield Token(_WHOLE.get(word[:-3], word[:-3]), match.start())
            yield Token("not", match.start())
        elif word == "cannot":
            yield Token("can", match.start())
            yield Token("not", match.start())
        else:
            yield Token(word if word[:1].isalnum() else "", match.start())
