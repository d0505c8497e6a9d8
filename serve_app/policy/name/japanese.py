"""Names in Japanese: IPADIC's tags of persons, places and organisations, and the forms of address after a name."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import lindera
import regex

from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known
from serve_app.policy.name.lists import listed, places, well_known

_FORMS_OF_ADDRESS: Final = (
    "さん 氏 様 さま ちゃん くん 君 先生 選手 監督 教授 アナ 投手 議員 首相 大統領 社長 容疑者 博士 シェフ"
    " 女史 師匠 名人 四段 五段 六段 七段 八段 九段"
)
_HONORIFICS: Final = frozenset(_FORMS_OF_ADDRESS.split())
_FAMILY, _GIVEN, _PLACE, _ORGANISATION, _FOREIGN = "姓", "名", "地域", "組織", "人名"
_KINDS: Final = frozenset((_FAMILY, _GIVEN, _FOREIGN, _PLACE, _ORGANISATION))
_KATAKANA = regex.compile(r"[\p{Katakana}ー]+")
_KATAKANA_NAME = regex.compile(r"[\p{Katakana}ー]{2,}(?:[・=＝][\p{Katakana}ー]{2,})*")
_EAST = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_HAN = regex.compile(r"\p{Han}")
_LONGEST: Final = 4  # tokens of a well-known name


class _Token(NamedTuple):
    text: str
    start: int
    kind: str
    """姓, 名, 人名, 地域 or 組織; empty for no name."""
    reading: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def names(text: str, known: Known) -> Iterator[Found]:
    """Yield the names of a text that the item does not have."""
    tokens = _tokens(text)
    at = 0
    while at < len(tokens):
        length = _well_known(tokens, at, text)
        run = tokens[at : at + length] if length else _run(tokens, at)
        after = tokens[at + len(run)].text if at + len(run) < len(tokens) else ""
        if run and _EAST.search(run[0].text) and (length or _is_name(run, after)) and not _has(run, known):
            start, end = run[0].start, run[-1].end
            yield Found(text[start:end], start, end, _is_sure(run, after, length, known))
        at += max(len(run), 1)


def _well_known(tokens: Sequence[_Token], at: int, text: str) -> int:
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        if text[tokens[at].start : tokens[at + length - 1].end].casefold() in well_known():
            return length
    return 0


def _run(tokens: Sequence[_Token], at: int) -> Sequence[_Token]:
    """Return the tokens of one name: family and given name, or all katakana before a form of address."""
    end = at
    if tokens[at].kind in {_FAMILY, _GIVEN, _FOREIGN}:
        while end < len(tokens) and (tokens[end].kind in {_FAMILY, _GIVEN, _FOREIGN} or _goes_on(tokens, at, end)):
            end += 1
    elif _KATAKANA_NAME.fullmatch(tokens[at].text):
        while end < len(tokens) and (
            _KATAKANA_NAME.fullmatch(tokens[end].text) or (tokens[end].text in "・=＝" and end > at)
        ):
            end += 1
    elif tokens[at].kind or _HAN.match(tokens[at].text):
        end = at + 1
    return tokens[at:end]


def _goes_on(tokens: Sequence[_Token], at: int, end: int) -> bool:
    """Whether a given name that the dictionary splits goes on: one character before a form of address."""
    return (
        end > at
        and len(tokens[end].text) == 1
        and bool(_HAN.match(tokens[end].text))
        and end - at < 3
        and (end + 1 < len(tokens) and tokens[end + 1].text in _HONORIFICS)
    )


def _is_name(run: Sequence[_Token], after: str) -> bool:
    whole = "".join(token.text for token in run)
    if after in _HONORIFICS:
        return (
            run[0].kind not in {_PLACE, _ORGANISATION}
            and len(whole) > 1
            and (bool(run[0].kind) or _KATAKANA_NAME.fullmatch(whole) is not None)
        )
    if whole in listed("ordinary_japanese") or not run[0].kind:
        return False
    kinds = [token.kind for token in run]
    if _FAMILY in kinds and _GIVEN in kinds:
        return len(whole) > 2
    return len(whole) > 1 and kinds != [_GIVEN]


def _is_sure(run: Sequence[_Token], after: str, length: int, known: Known) -> bool:
    """Whether it is surely a name. Characters cannot be compared with the letters of a foreign item."""
    whole = "".join(token.text for token in run)
    if length:
        return True
    if run[0].kind == _ORGANISATION or (len(run) == 1 and after not in _HONORIFICS and whole not in places()):
        return False
    return not (known.foreign(whole) and _HAN.search(whole)) or known.foreign("あ")


def _has(run: Sequence[_Token], known: Known) -> bool:
    whole = "".join(token.text for token in run)
    if known.has(whole):
        return True
    if _KATAKANA_NAME.fullmatch(whole):
        return known.has_all(regex.split("[・=＝]", whole))
    if len(run) == 1:
        # "Fuji" for フジサン, the mountain.
        reading = run[0].reading
        return known.foreign(whole) and (known.has(reading) or (len(reading) > 3 and known.has(reading[:-2])))
    if known.foreign(whole):
        # A reading of characters may be another than the dictionary's: one part of the name is enough.
        return any(known.has(token.reading) for token in run if len(token.reading) > 1)
    return False


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    for token in _tokenizer().tokenize(text):
        at = text.index(token.surface, at)
        details = [*token.details, *("",) * 8]
        kind = ""
        if details[1] == "固有名詞":
            kind = details[3] if details[2] == "人名" and details[3] in _KINDS else details[2]
        tokens.append(_Token(token.surface, at, kind if kind in _KINDS else "", details[7]))
        at += len(token.surface)
    return tokens


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    return lindera.Tokenizer(lindera.load_dictionary("embedded://ipadic"))
