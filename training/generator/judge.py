"""What is right with a draft, by rules: its form, its facts, its style. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from deployments.generator import structured
from deployments.reward.text import render_copy
from deployments.types import Draft, GenerationTask, OutputField
from serve_app.policy import PolicyContext, PolicySettings, check
from training.generator import names, styles

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # noqa: RUF001 - both apostrophes are meant
_STEM: Final = 5  # letters: "American" is held by "America", as in `names`
# Before a word that opens a sentence or a quotation, be it of one clause: its capital says nothing.
_OPENS: Final = re.compile(r"(?:^|[.!?…:;–—-]|[\"'“‘(«„])[\"'”’)]*\s*$")  # noqa: RUF001 - quotation marks are meant
_NOT_NAMES: Final = frozenset({"i", "i'm", "i'd", "i'll", "i've"})


@dataclass(frozen=True)
class Verdict:
    """valid_json: read whole, with every field asked for. finished: no cut or run-on sentence.
    grounded: no number, date, quotation or name that the facts do not hold; `ungrounded` are those found.
    followed: shows its category, see `follows`; True without one. support: share of its longer words in the facts.
    """

    valid_json: bool
    finished: bool
    grounded: bool
    followed: bool
    support: float
    ungrounded: tuple[str, ...] = ()


def judge(draft: Draft, task: GenerationTask) -> Verdict:
    """Hold a draft against its task, by the policy rules that serve and `unknown_names`."""
    context = PolicyContext(
        item=task.item, caption=task.caption, profile=task.profile, output_fields=task.output_fields
    )  # fmt: skip
    findings = check(draft.copy_text, context, PolicySettings(), ("finished", "grounding"))
    ungrounded = [f.excerpt for f in findings if f.rule == "grounding"]
    ungrounded += [name for text in (draft.title, draft.body) for name in unknown_names(text, context.facts)]
    held, words = names.support(f"{draft.title} {draft.body}", context.facts)
    return Verdict(
        valid_json=_is_whole(draft, task),
        finished=draft.finished and not any(f.rule == "finished" for f in findings),
        grounded=not ungrounded,
        followed=follows(draft.title, draft.body, draft.category),
        support=round(held / words, 3) if words else 1.0,
        ungrounded=tuple(dict.fromkeys(ungrounded)),
    )


def follows(title: str, body: str, category: str) -> bool:
    """Whether title and body show `category` (`styles.follows`) together, or either of them by itself.

    The rules read a headline, and some look at its beginning or end: a question may end the title with a body after it,
    a number may begin the body. DIRECT is the absence of hints, which one plain field does not make: the whole decides.
    """
    if not category:
        return True
    whole = render_copy(title, body)
    parts = (whole,) if category == styles.DIRECT else (whole, title, body)
    return any(styles.follows(part, category) for part in parts)


def _is_whole(draft: Draft, task: GenerationTask) -> bool:
    """An unfinished draft was read whole when a field fills its limit: the limit ended it, not broken JSON."""
    texts = {OutputField.TITLE: draft.title, OutputField.BODY: draft.body}
    longest = structured.limits(task.profile, task.item.language)
    asked = structured.in_order(task.output_fields)
    return all(texts[f].strip() for f in asked) and (
        draft.finished or any(len(texts[f]) >= longest[f] for f in asked)
    )  # fmt: skip


def unknown_names(text: str, facts: str) -> Iterator[str]:
    """Words with a capital in the middle of a sentence that no word of `facts` begins as, as written.

    Only where small letters are the rule: a text in Title Case says nothing of names. Words all in capitals are not
    looked at, because they are as often emphasis. A made-up name at the beginning of a sentence is missed.
    """
    if not names.in_sentence_case(text):
        return
    known = {_bare(word)[:_STEM] for word in _WORD.findall(facts)}
    for found in _WORD.finditer(text):
        word = found.group()
        if not word[0].isupper() or not word[1:].islower() or _OPENS.search(text, 0, found.start()):
            continue
        if _bare(word) not in _NOT_NAMES and _bare(word)[:_STEM] not in known:
            yield word


def _bare(word: str) -> str:
    """Lower case, with a plain apostrophe, without the possessive."""
    return re.sub(r"'s?$", "", word.lower().replace("’", "'"))  # noqa: RUF001 - both apostrophes are meant
