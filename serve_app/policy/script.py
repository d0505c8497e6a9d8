"""script.wrong: the letters of a copy are those in which its audience reads.

Other letters are fine in names, in quotations and in words of the item. A sentence in them is not, and neither is the
audience's language in Latin letters ("Aaj hi order karein").
"""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.audience import Audience, audience_of
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.identify import IN_NAMES, TYPED, listed, words_of
from serve_app.policy.quotations import own_words

Kind = Literal["own", "latin", "far"]
# English words that names in capitals seldom have: "How To Get Your Prize Today".
_IN_SENTENCES: Final = regex.compile(
    r"\b(?:are|get|here|how|is|now|our|this|today|tonight|we|what|why|you|your)\b", regex.IGNORECASE
)
_SENTENCE: Final = regex.compile(r"[^.!?…。！？।|\n]+")
_CJK: Final = "\u2e80"
_A_NAME: Final = 12  # letters of a word or two that may be a name


class Run(NamedTuple):
    """Letters of one script in a row."""

    kind: Kind
    start: int
    end: int
    weight: int  # a letter of Chinese, Japanese or Korean counts twice


class ScriptRule(Knobs):
    """Letters that the audience does not read.

    max_foreign_share: greatest share of them in a field. min_sentence_words: from which on words in a row are a
    sentence.
    """

    action: Action = "block"
    max_foreign_share: float = Field(default=0.3, ge=0, le=1)
    min_sentence_words: int = Field(default=3, ge=1)


def script(copy: Copy, context: PolicyContext, settings: ScriptRule) -> Iterator[Hit]:
    """script.wrong."""
    audience = audience_of(context.item.locale)
    if not audience.scripts:
        return
    for field, text in fields_of(copy):
        if span := wrong_place(own_words(text), audience, context, settings, title=field == "title"):
            yield Hit("script.wrong", settings.action, field, text[slice(*span)], span)


@lru_cache(maxsize=64)
def runs_of(text: str, audience: Audience) -> tuple[Run, ...]:
    """Return the letters of a text in runs, by who reads them. "latin": Latin, which the audience does not write in.

    Cached: two rules read each copy.
    """
    found = []
    for match in _letters(audience.scripts).finditer(text):
        kind: Any = match.lastgroup
        start, end = match.span()
        found.append(Run(kind, start, end, (end - start) * (2 if text[start] >= _CJK else 1)))
    return tuple(found)


def weight_of(runs: Sequence[Run], kind: Kind) -> int:
    return sum(run.weight for run in runs if run.kind == kind)


def wrong_place(
    text: str, audience: Audience, context: PolicyContext, settings: ScriptRule, *, title: bool
) -> tuple[int, int] | None:
    """Return the place of the letters that are wrong."""
    runs = runs_of(text, audience)
    if all(run.kind == "own" for run in runs):
        return None
    own = weight_of(runs, "own")
    far = [run for run in runs if run.kind == "far"]
    if own:
        far = [run for run in far if run.end - run.start == 1 or text[run.start : run.end] not in context.evidence.text]
    heavy = weight_of(far, "far")
    share = heavy / (own + weight_of(runs, "latin") + heavy)
    a_name = own >= _A_NAME / 2 and heavy < _A_NAME and len(far) < settings.min_sentence_words
    if heavy >= 2 and share > settings.max_foreign_share and not a_name:
        return far[0].start, far[-1].end
    for row in _in_a_row(runs, far):
        if weight_of(row, "far") >= _A_NAME and (len(row) >= settings.min_sentence_words or text[row[0].start] >= _CJK):
            return row[0].start, row[-1].end
    latin = [run for run in runs if run.kind == "latin"]
    return _latin_sentence(text, runs, latin, own, audience, context, title=title) if latin else None


def _in_a_row(runs: Sequence[Run], some: Sequence[Run]) -> Iterator[list[Run]]:
    wanted = set(some)
    row: list[Run] = []
    for run in runs:
        if run in wanted:
            row.append(run)
        elif row:
            yield row
            row = []
    if row:
        yield row


def _latin_sentence(
    text: str,
    runs: Sequence[Run],
    latin: Sequence[Run],
    own: int,
    audience: Audience,
    context: PolicyContext,
    *,
    title: bool,
) -> tuple[int, int] | None:
    """Return the place of a Latin sentence in a copy for readers of another script."""
    place = latin[0].start, latin[-1].end
    common = _common(text, latin)
    if own == 0:
        words = text[place[0] : place[1]].casefold()
        if common >= 2 and (len(latin) >= 3 or not title):
            named = title and len(latin) <= 5 and not _IN_SENTENCES.search(words)
            return None if named and words in context.evidence.casefolded else place
        typed = listed(f"{audience.language}{TYPED}")
        told = sum(typed in word.of and "en" not in word.of for word in words_of(words).telling) if typed else 0
        told += len(_IN_SENTENCES.findall(words))
        if len(latin) >= 3 and (told >= 2 or (told and len(latin) >= 4) or not title):
            return None if title and words in context.evidence.casefolded else place
        return None
    if common >= 4 and 2 * own < sum(run.weight for run in latin):
        return place
    starts = [run.start for run in runs]
    for sentence in _SENTENCE.finditer(text):
        start, end = sentence.span()
        inside_runs = runs[bisect_left(starts, start) : bisect_left(starts, end)]
        if inside_runs and all(run.kind == "latin" for run in inside_runs) and _common(text, inside_runs) >= 4:
            return inside_runs[0].start, inside_runs[-1].end
    return None


def _common(text: str, runs: Sequence[Run]) -> int:
    """Number of the words that are written small and stand in no name."""
    words = (text[run.start : run.end] for run in runs)
    return sum(len(w) > 1 and w.islower() and w not in IN_NAMES for w in words)


@lru_cache(maxsize=256)
def _letters(scripts: frozenset[str]) -> regex.Pattern[str]:
    own = "".join(rf"\p{{Script={name}}}" for name in sorted(scripts))
    others = rf"[\p{{L}}--[\p{{Script=Common}}\p{{Script=Inherited}}\p{{Script=Latn}}{own}]]"
    kinds = [rf"(?P<own>[[\p{{L}}&&[{own}]]][[\p{{L}}&&[{own}]]\p{{M}}]*+)"]
    if "Latn" not in scripts:
        kinds.append(r"(?P<latin>\p{Script=Latn}[\p{Script=Latn}\p{M}]*+)")
    kinds.append(rf"(?P<far>{others}[{others}\p{{M}}]*+)")
    return regex.compile("|".join(kinds), regex.VERSION1)


SCRIPT = Rule("script", script, (RuleId("script.wrong", "letters of another script than the locale's"),))
