"""Which style of `configs/categories.yaml` a copy shows, by its surface. English.

A category has patterns, each with points; the category with the most points names the copy. The points were set by
reading archive headlines, not fitted. A copy that shows nothing is DIRECT when it states something plainly and
withholds nothing, and has no style otherwise. `agreement` compares the rules with labels given by hand.
"""

# ruff: noqa: RUF001 - both kinds of quotation marks are meant

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

DIRECT: Final = "DIRECT"


class _Rule(NamedTuple):
    points: float
    pattern: re.Pattern[str]


def _rules(*table: tuple[float, str]) -> tuple[_Rule, ...]:
    return tuple(_Rule(points, re.compile(pattern, re.IGNORECASE | re.VERBOSE)) for points, pattern in table)


_COUNT: Final = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d[\d.,]*)"
_LISTED: Final = (
    r"(?:ways?|things?|reasons?|facts?|myths?|tips?|photos?|pictures?|charts?|maps?|moments?|lessons?|steps?|signs?"
    r"|questions?|rules?|words?|examples?|reactions?|scenarios?|stats?|ideas?|people|comics?|quotes?|minutes?)"
)
_PERSON: Final = (
    r"(?:man|woman|guy|girl|boy|kid|mom|mother|dad|father|teen\w*|student|teacher|doctor|nurse|soldier|veteran"
    r"|couple|daughter|son|brother|sister|wife|husband|worker|artist|athlete|lady|grandm\w+|grandp\w+|survivor"
    r"|\d+-year-olds?|widow|immigrant|refugee|prisoner|officer|scientist|schoolboys|schoolgirls|students|parents)"
)
_PAST: Final = (
    r"(?:was|were|had|went|took|got|made|found|said|told|lost|left|saw|gave|came|became|asked|decided|thought"
    r"|knew|felt"
    r"|met|did|didn't|wasn't|couldn't|began|ran|fought|stood|wrote|built|heard|spent|grew|kept|planned|[a-z]{3,}ed)"
)

# In the order in which ties are settled: the mark that leaves least to judgement first.
RULES: Final[dict[str, tuple[_Rule, ...]]] = {
    "QUOTE": _rules(
        (5, r"^[\"“][^\"”]{15,}[\"”]"),  # opens with somebody's words
        (5, r"^['‘](?:[^'’]|['’]\w){25,}['’]\W*$"),  # and is nothing else
        (4, r"\b(?:says?|said|asks?|told|writes?|replied)\b[^\"“]{0,20}[\"“][^\"”]{12,}[\"”]"),
    ),
    "LIST_NUMBER": _rules(
        (5, r"^(?:the\s|top\s|these\s|here\sare\s)?\$?\d[\d.,]*(?![\d-]*-year|\s?years?\b|(?:st|nd|rd"
            r"|th)\b)[%+]?\s\w"),
        (4, rf"^(?:the\s|these\s)?{_COUNT}\s(?:\w+\s){{0,3}}{_LISTED}\b"),
        (3, rf"\b{_COUNT}\s(?:\w+\s)?(?:ways|things|reasons|facts|myths|tips|lessons|steps|signs|rules)\b"),
    ),
    "QUESTION": _rules(
        (4, r"\?[\"'”’)]*$"),  # ends on it
        (3.5, r"^(?:what|who|why|how|when|where|which|is|are|do|does|did|have|has|can|could|would|should|will|ever"
              r"|what's|who's|isn't|aren't|don't|know|remember)\b[^.!?]*\?"),
        (0.5, r"\?\s"),
    ),
    "BENEFIT_HOWTO": _rules(
        (4, r"\bhow\sto\b|\bhere['’]s\show\b|\bways?\sto\s(?!die)\w+"),
        (3, r"\b(?:guide|tips?|tutorial|recipe|lessons?|advice|step\sby\sstep|point\sby\spoint|checklist"
            r"|words\sto\slive)\b"),
        (3, r"\byou\scan\s(?:do|use|say|help|make|learn)\b|\b(?:need|should|want|ought)\sto\sknow\b|\bshould\sknow\b"
            r"|\byou['’]ll\s(?:know|learn|understand|save|be\sable)\b|\b(?:save|help|teach|show)(?:s|ing)?\syou\b"),
        (2.5, r"^(?:learn|try|use|make|save|get|stop|start|find\sout|build|cook|next\stime|give|take|skip"
            r"|discover)\b"),
        (2, r"\b(?:easy|simple|better)\sway\b|\blearn\b|\bhow\s['’]?bout\b|\byour\sown\b"),
    ),
    "URGENT_TREND": _rules(
        (4, r"^breaking\b(?!\sbad)|\bbreaking\snews\b|\bright\snow\b|\bhappening\snow\b"),
        (4, r"\bgo(?:es|ing|ne)?\sviral\b|\btrending\b"),
        (3, r"\b(?:today|tonight|this\sweek|viral|tomorrow)\b|\beveryone(?:['’]s|\sis)\stalking\b|\blast\schance\b"),
        (2, r"\bjust\s(?:announced|released|passed|launched|came\sout|made\shistory|happened)\b|\bnow\strying\b"),
    ),
    "HUMOUR": _rules(
        (4, r"\bhilari\w+|\bfunn(?:y|ier|iest|ily)\b|\blaugh\w*|\bpranks?\b|\bparod\w+|\bspoof\w*|\bsatir\w+"
            r"|\blol\b"),
        (3.5, r"\bcomedians?\b|\bcomed(?:y|ic)\b|\bjok(?:e|es|ed|ing)\b|\bsarcas\w+|\bsnark\w*"
            r"|\btroll(?:s|ed|ing)?\b|\bpuns?\b"),
        (2.5, r"\b(?:sike|duh|haha\w*|oops|uh-oh|ummm*|yeah,\sright|or\sanything|or\swhatever|and\sstuff"
            r"|thanks,?\sobama)\b"
              r"|\b(?:silly|goofy|absurd\w*|mocks?|mocked|roast(?:s|ed)?|smackdown|freak\son|puppets?|so+o+)\b"),
        (2, r"^(?:hey|sure|yeah|well|wow|oh|dear)\b,?\s(?!.*\?$)|\((?:if|and|or|but|yes|no|seriously)\b[^)]*\)"
            r"|\.{3}\s?(?:right|not)\b"),
    ),
    "EMOTIONAL": _rules(
        (4, r"\bheart\s?-?(?:break|warm|melt|felt|wrench)\w*|\btears?\b|\bcry(?:ing)?\b|\bcried\b"
            r"|\bgoosebumps\b|\bchills\b|\bsob\w*"),
        (3, r"\bbeaut(?:y|iful|ifully)\b|\btouching\b|\binspir\w+|\badorabl\w+|\bkindness\b|\bbreathtaking\b"
            r"|\bstunning\b|\bdevastat\w+"
            r"|\bfeelings?\b|\bgorgeous\b|\bmagical\b|\bhumanity\b|\bin\sawe\b|\bheart\b"
            r"|\bmoving\b(?!\s(?:to|from|in|out))|\bhugs?\b"),
        (2, r"\blov(?:e|ed|es|ing|ely)\b|\bhope(?:ful)?\b|\bsweet(?:est)?\b|\bproud\b|\bhero(?:es|ic)?\b"
            r"|\bjoy\b|\bsmil\w+|\bgrie[fv]\w*"
            r"|\bcute(?:st)?\b|\bpowerful\b|\bdying\b|\blittle\s(?:boy|girl)s?\b|\bsad(?:dest|ness)?\b"
            r"|\bpain(?:ful)?\b|\bcheer\b"),
    ),
    "SURPRISE_CONTRAST": _rules(
        (3.5, r"\bthan\syou(?:['’]d|\smight|\swould|\sever)?\s(?:think|thought|expect\w*|imagine)"
            r"|\bturns\sout\b|\beveryone\s(?:said|thought)\b"
              r"|\bsupposed\sto\b|\bused\sto\b.*\bnow\b|\bbefore\sand\safter\b|\b(?:nope|not\sso\sfast)\b"
            r"|\bagainst\sall\b"),
        (3, r"[,.—-]\s(?:but|yet|except|instead)\b|\binstead\b|\buntil\b|\bdespite\b|\beven\sthough\b"
            r"|\bwhat\syou(?:['’]d)?\s(?:think|expect)\w*"),
        (2, r"\bsurpris\w+|\bunexpected\w*|\bactually\b|\bunlikely\b|\bironic\w*|\bat\sfirst\b"
            r"|\bnot\s(?:your|what|so|a|the)\b.*[,.]"
            r"|\bbut\b|\bas\slong\sas\b|\bwill\snot\b"),
    ),
    "SOCIAL_PROOF_LOCAL": _rules(
        (3.5, r"\b(?:millions?|thousands|hundreds|half|most|\d+%)\s(?:of\s)?(?:us|people|americans|women|men"
            r"|fans|views|viewers|parents)\b"),
        (3.5, r"\b\d[\d.,]*\s(?:people|fans|viewers)\s(?:like|liked|saw|watched|joined)\b"),
        (3, r"\b(?:your|our)\s(?:town|city|neighbou?rhood|state|area|community|street)\b|\bhometown\b"
            r"|\bfollowers\b|\bviews\b|\bneighbou?rs?\b"),
        (2, r"\b(?:in|from|across)\s(?:brooklyn|new\syork|texas|california|chicago|detroit|boston|london"
            r"|florida|ohio|iowa|baltimore|seattle"
            r"|oakland|philadelphia|los\sangeles|canada|india|australia)\b|\beverybody\b|\beveryone\b"),
    ),
    "STORY": _rules(
        (3.5, rf"^(?:s?he|they)\b(?:\s\w+)?\s{_PAST}\b"),  # a person, and what they did
        (3.5, rf"^(?:when|after|at|before)\b.*\b(?:s?he|they|his|her)\b.*\b{_PAST}\b"),
        (3, rf"^(?:an?|the|one|two|these|this|some|his|her|their)\s(?:[\w'’-]+\s){{0,3}}{_PERSON}\b.*\b{_PAST}\b"),
        (2, r"^(?:s?he|they)(?:['’]\w+)?\b|\b(?:so|then)\s(?:s?he|they)\b|^meet\b|\bthe\sstory\sof\b"),
    ),
    "CURIOSITY": _rules(
        (3.5, r"\bwhat\shappen(?:s|ed)\b|\byou\s(?:won['’]t|wouldn['’]t)\sbelieve\b|\byou['’]ll\snever\b"
            r"|\bwait\s(?:un)?till?\b|\bsecrets?\b"
              r"|\bguess\s(?:what|who|where)\b|\bmyster\w+|\bthis\sis\s(?:what|why|how)\b|\bfind\sout\b"
            r"|\b(?:real|scientific|good)\sreason\b"),
        (3, r"\b(?:watch|see|hear|read)\s(?:this|what|why|how|him|her|them|it)\b"
            r"|\bhere['’]s\s(?:what|why|the|a|one|something)\b|\bsomething\b"
            r"|^(?:why|what|how)\b(?!\sto\b)[^?]*$|\bthe\sone\b|\bunbelievable\b|\.{3}$|…$|\bthe\sreason\b"
            r"|\bthis\sis\swhy\b"),
        (2.5, r"\b(?:this|these|that)\s(?:one\s|is\s|\d+\s)?[\w'’-]+|\bthings?\b|\bone\s(?:simple\s)?\w+\b"
            r"|\bwhat\s(?:s?he|they|it|this)\b"
              r"|\bwho['’]s\b|\bthis\b|\bwhatever\b|\bnext\b|\bsome\s(?:guys|people|folks)\b"),
    ),
}  # fmt: skip
# What a plain statement has not: a forward reference, a subject that is only hinted at, an unfinished thought.
_HOOK: Final = re.compile(
    r"\?|\.{3}|…|\b(?:this|these|those|here['’]s|why|how|what|who|something|thing|you['’]ll|you|guess)\b"
    r"|^(?:it|that|s?he|they|his|her|their|i|we)\b",
    re.IGNORECASE,
)
CATEGORIES: Final = (*RULES, DIRECT)
# A lone weak cue names no copy.
_ENOUGH: Final = 2.0


def points(text: str) -> dict[str, float]:
    """Points of every category that the copy shows at all, DIRECT left out."""
    found = {name: sum(r.points for r in rules if r.pattern.search(text)) for name, rules in RULES.items()}
    return {name: total for name, total in found.items() if total >= _ENOUGH}


def is_plain(text: str) -> bool:
    """True for a statement of at least four words that withholds nothing."""
    return len(text.split()) >= 4 and not _HOOK.search(text)


def style(text: str) -> str:
    """The category that the copy shows most; "" when none does and it is no plain statement either."""
    found = points(text)
    if found:
        return max(found, key=lambda name: found[name])  # ties: the first of the table
    return DIRECT if is_plain(text) else ""


def follows(text: str, category: str) -> bool:
    """Whether the copy shows `category`, be it among others. DIRECT: it hints and asks at nothing."""
    return is_plain(text) if category == DIRECT else category in points(text)


def agreement(by_hand: Sequence[str], by_rule: Sequence[str]) -> dict[str, Any]:
    """How far the rules give a reader's labels: accuracy, Cohen's kappa (1960), and both by category.

    A category's precision and recall are None where the rules, or the reader, never used it.
    """
    hand, rule = np.asarray(by_hand, dtype=object), np.asarray(by_rule, dtype=object)
    return {
        "copies": len(hand),
        "accuracy": _rounded((hand == rule).mean()) if len(hand) else None,
        "kappa": _kappa(hand, rule),
        "categories": {
            name: {
                "by_hand": int((hand == name).sum()),
                "by_rule": int((rule == name).sum()),
                "precision": _share((hand == name) & (rule == name), rule == name),
                "recall": _share((hand == name) & (rule == name), hand == name),
                "kappa": _kappa(hand == name, rule == name),
            }
            for name in CATEGORIES
        },
    }


def _share(part: Any, whole: Any) -> float | None:
    return _rounded(part.sum() / whole.sum()) if whole.any() else None


def _kappa(a: Any, b: Any) -> float | None:
    """None where chance alone agrees always."""
    if not len(a):
        return None
    chance = float(sum((a == name).mean() * (b == name).mean() for name in pd.unique(np.concatenate([a, b]))))
    return None if chance >= 1 else _rounded(((a == b).mean() - chance) / (1 - chance))


def _rounded(number: float) -> float:
    return round(float(number), 3)
