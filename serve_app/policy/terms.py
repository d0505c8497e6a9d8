"""Terms rule: words that the operator, a market's law or the tenant bars."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.barred_claims import barred_claims
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.cures import is_doubted, miracle_cures
from serve_app.policy.name.cased import stands_by_a_name
from serve_app.policy.term_lists import TermsFile, load_terms, market
from serve_app.policy.word_list import Found

_LEAST_STEM = 3  # letters
_RANK = {"off": 0, "review": 1, "rewrite": 2, "block": 3}


class TermsRule(Knobs):
    """Lists of terms, each term with its own action.

    action: the gravest that a term of the file may have; the tenant's own keep theirs. file: as configs name files;
    empty for the shipped lists, which are a start and no legal advice.
    """

    action: Action = "block"
    file: str = Field(default="", max_length=4096)
    revision: str = Field(default="", max_length=64)
    """Change it to read the file again: Serve passes a `user_config` on only when it has changed."""

    @property
    def lists(self) -> TermsFile:
        """The lists of the file, read once a revision. Raises Misconfigured."""
        return _lists(self.file, self.revision)


@lru_cache(maxsize=8)  # not kept in the settings: pydantic copies those, with all that they hold
def _lists(file: str, revision: str) -> TermsFile:  # noqa: ARG001 - another revision is another reading
    return load_terms(file)


def terms(copy: Copy, context: PolicyContext, settings: TermsRule) -> Iterator[Hit]:
    """terms.banned and terms.legal of the lists that hold for the item's locale, and terms.tenant."""
    lists = settings.lists.of(context.item.locale) if settings.action != "off" else []
    language = context.item.language
    for field, text in fields_of(copy):
        seen: set[tuple[str, int, int, Action]] = set()  # "fucking" is on a list, and a form of a word there
        for one in lists:
            for found in one.words.found_in(text, language):
                action = min(found.action, settings.action, key=_RANK.__getitem__)
                if _RANK[action] > _RANK["review"] and (
                    _is_name(text[found.start : found.end], context)
                    or _is_thing(text[found.start : found.end], one.homographs.get(found.word, ()), context)
                    or is_doubted(text, found.start, found.end, language)
                ):
                    action = "review"
                if (one.rule, found.start, found.end, action) not in seen:
                    seen.add((one.rule, found.start, found.end, action))
                    yield _hit(one.rule, action, field, text, found, f"list {one.name}: {found.word}")
        if lists:
            for start, end, sure in miracle_cures(text, language):
                action = settings.action if sure else min(settings.action, "review", key=_RANK.__getitem__)
                yield Hit("terms.banned", action, field, text[start:end], (start, end), "promises a cure")
            yield from _barred(field, text, copy, context, settings)
        for found in context.tenant_terms.found_in(text, language) if context.tenant_terms else ():
            yield _hit("terms.tenant", found.action, field, text, found, found.word)


def _barred(field: FieldName, text: str, copy: Copy, context: PolicyContext, settings: TermsRule) -> Iterator[Hit]:
    both = "\n".join(written for _, written in fields_of(copy))
    language, region = market(context.item.locale)
    for kind, start, end, sure in barred_claims(text, both, context.grounds[0].casefolded, language, region):
        action = settings.action if sure else min(settings.action, "review", key=_RANK.__getitem__)
        yield Hit("terms.legal", action, field, text[start:end], (start, end), kind)


def _is_name(written: str, context: PolicyContext) -> bool:
    """Whether the item has the word as part of a name: Андре Жид for Жида."""
    if not written[:1].isupper() or not written[1:].islower():
        return False
    stem = written[: max(_LEAST_STEM, len(written) - 1)]
    return any(stands_by_a_name(evidence.text, stem, context.item.language) for evidence in context.grounds)


def _is_thing(written: str, beside: tuple[str, ...], context: PolicyContext) -> bool:
    """Whether the item has the word, and one that stands beside it where it names a thing: чурка of firewood."""
    if not beside:
        return False
    item = context.grounds[0].casefolded
    stem = written.casefold()[: max(_LEAST_STEM, len(written) - 1)]
    return stem in item and any(word in item for word in beside)


def _hit(rule: str, action: Action, field: FieldName, text: str, found: Found, evidence: str) -> Hit:
    return Hit(rule, action, field, text[found.start : found.end], (found.start, found.end), evidence=evidence)


TERMS = Rule(
    "terms",
    terms,
    (
        RuleId("terms.banned", "a word or phrase that the operator bars"),
        RuleId("terms.legal", "a word that the market's law bars in advertising"),
        RuleId("terms.tenant", "one of the tenant's own terms"),
    ),
)
