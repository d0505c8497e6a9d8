"""The brief: a request with every default filled in and every option checked. The pipeline reads nothing else."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import langcodes

from deployments.captioner.compose import of_words
from deployments.deadline import Call, Deadline
from deployments.errors import InvalidInput, Violation
from deployments.generator.choice import adapter_violations
from deployments.images import violations as image_violations
from deployments.item_text import facts_of, given_caption, has_words
from deployments.types import (
    Caption,
    CaptionResult,
    Copy,
    EffectiveOptions,
    Incumbent,
    IncumbentKind,
    Item,
    ItemFacts,
    LengthProfile,
    OutputField,
    Priority,
)
from serve_app.access.caller import ANYONE, Caller
from serve_app.contract.messages import CheckCopyRequest, GenerateNotificationRequest, ScoreCopiesRequest
from serve_app.flow.knobs import IngressKnobs, LimitKnobs
from serve_app.flow.operator_templates import with_operators
from serve_app.flow.options import budget_in_force, options_in_force
from serve_app.flow.pictures import url_violations
from serve_app.flow.record import current
from serve_app.policy import PolicyContext
from serve_app.policy.context import RecentCopies
from serve_app.policy.tiers import TierRule

# Generated candidates are c1, c2 ..., incumbents without an id i1, i2 ..., the operator's template i0.
_OUR_IDS = re.compile(r"[ci]\d+")


@dataclass(frozen=True)
class Brief:
    """One complete request. `call` holds its deadline, priority and id.

    item: with its images, for the captioner alone. text_item: without them, for the other stages. given_caption: the
    caller's own, or empty. options: the request's, every default filled in, for the Decision. stages_ms: the time that
    the stages had left when the request started. composed: the caption of an item that has neither pictures nor a
    caption, which needs no captioner. tiers: the tenant's or the operator's.
    """

    item: Item
    text_item: Item
    given_caption: str
    options: EffectiveOptions
    incumbents: tuple[Incumbent, ...]
    recent_copies: tuple[Copy, ...]
    requested_categories: tuple[str, ...]
    barred_categories: tuple[str, ...]
    max_categories: int
    candidates_per_category: int
    profile: LengthProfile
    output_fields: tuple[OutputField, ...]
    temperature: float | None
    seed: int | None
    adapter: str | None
    margin: float
    allow_degradation: bool
    stages_ms: float
    call: Call
    tiers: TierRule
    composed: CaptionResult | None = None
    caller: Caller = ANYONE

    def read(self, caption: Caption, styles: Mapping[str, str]) -> tuple[PolicyContext, ItemFacts]:
        """Return what its copies are checked against and scored with. It takes milliseconds: call it in a thread.

        styles: see `PolicyContext`.
        """
        context = PolicyContext.of(
            self.text_item,
            caption.text,
            self.profile,
            self.recent_copies,
            incumbents=RecentCopies(tuple(i for i in self.incumbents if i.kind is IncumbentKind.HUMAN)),
            output_fields=self.output_fields,
            tenant_terms=self.caller.terms,
            styles=styles,
            sexual_content=caption.sexual_content,
            unscreened_pictures=self.item.has_pictures and caption.sexual_content is None,
            tenant_allowed=self.caller.allowed,
        )
        return context, facts_of(self.text_item, caption.text)


def make_call(
    request_id: str,
    time_budget_ms: int | None,
    priority: Priority,
    knobs: IngressKnobs,
    arrived_s: float | None = None,
) -> Call:
    """Turn the time budget, capped by the service, into a deadline of the stages. It leaves time to answer in.

    arrived_s: `time.monotonic()` when the budget began; None for now. Notes budget and priority in the current record.
    """
    budget_ms = budget_in_force(time_budget_ms, knobs)
    record = current()
    record.budget_ms, record.priority = budget_ms, priority
    began_s = time.monotonic() if arrived_s is None else arrived_s
    return Call(Deadline(began_s + budget_ms / 1000 - knobs.reserve.answer_s(budget_ms)), priority, request_id)


def make_item_call(item: GenerateNotificationRequest, turn: Call, knobs: IngressKnobs) -> Call:
    """The call of one item of a batch, whose turn it is: its own time budget, within the time of the batch."""
    call = make_call(turn.request_id, item.options.time_budget_ms, turn.priority, knobs)
    return call if call.deadline.at_s < turn.deadline.at_s else turn


def make_brief(
    request: GenerateNotificationRequest,
    call: Call,
    knobs: IngressKnobs,
    profiles: Mapping[str, LengthProfile],
    categories: Sequence[str],
    adapters: Sequence[str] = (),
    caller: Caller = ANYONE,
) -> Brief:
    """Check a request against the limits, the catalogue, and the generator's LoRA adapters that are the caller's.

    Reads the headers of images and hashes them, a millisecond or two per MB: call it in a thread. Raises InvalidInput
    with every violation, UnsupportedField for images by URL where they are off, PermissionDenied for an adapter that
    is not the tenant's.
    """
    options = request.options
    caller.check_adapter(options.adapter)
    violations = [
        *item_violations(request.item, knobs),
        *category_violations(options.categories_wanted, options.categories_barred, categories, "options."),
        *_option_violations(request, knobs.limits, profiles),
        *adapter_violations(options.adapter, [*filter(caller.may_use, adapters)]),
        *_incumbent_violations(request, knobs.limits),
        *_product_violations(request, knobs),
    ]
    refuse(violations)
    in_force = options_in_force(options, knobs, call.priority)
    composed = None
    caption = given_caption(request.item)
    if not caption:
        request.item.pictures_digest()
        composed = None if request.item.has_pictures else of_words(request.item)
    named = [i if i.id else i.model_copy(update={"id": f"i{n}"}) for n, i in enumerate(request.incumbents, start=1)]
    return Brief(
        item=request.item,
        text_item=request.item.without_media(),
        given_caption=caption,
        incumbents=with_operators(named, request.item.locale, knobs.templates),
        recent_copies=request.recent_copies,
        options=in_force,
        requested_categories=options.categories_wanted,
        barred_categories=options.categories_barred,
        max_categories=knobs.defaults.categories(options),
        candidates_per_category=knobs.defaults.candidates(options),
        profile=profiles[in_force.length_profile],
        output_fields=in_force.output_fields,
        temperature=options.temperature,
        seed=options.seed,
        adapter=options.adapter or None,
        margin=knobs.selection.margin if options.margin is None else options.margin,
        allow_degradation=options.allow_degradation is not False,
        stages_ms=max(0.0, call.deadline.remaining_s() * 1000),
        call=call,
        composed=composed,
        caller=caller,
        tiers=caller.tiers or knobs.tiers,
    )


def refuse(violations: list[Violation]) -> None:
    """Raise InvalidInput if there are any."""
    if violations:
        raise InvalidInput(violations)


def item_violations(item: Item, knobs: IngressKnobs) -> list[Violation]:
    """Return the violations of the item itself. Raises UnsupportedField for images by URL where they are off."""
    violations = [*image_violations(item, knobs.limits.images), *url_violations(item, knobs.images_by_url)]
    if not (has_words(item) or item.images or item.frames):
        violations.append(Violation("item", "has no content: set title, description, caption, images or frames"))
    if item.locale and not langcodes.tag_is_valid(item.locale):
        violations.append(Violation("item.locale", f"{item.locale!r} is not a BCP-47 language tag such as 'en-GB'"))
    return violations


def copies_violations(
    request: ScoreCopiesRequest | CheckCopyRequest, knobs: IngressKnobs, profiles: Mapping[str, LengthProfile]
) -> list[Violation]:
    """Return the violations of a request to score or check copies. Raises as `item_violations` does."""
    return [
        *item_violations(request.item, knobs),
        *profile_violations(request.length_profile, profiles, "length_profile"),
        *(
            Violation(f"copies[{n}]", "has neither title nor body")
            for n, copy in enumerate(request.copies)
            if not (copy.title.strip() or copy.body.strip())
        ),
    ]


def category_violations(
    requested: Sequence[str], barred: Sequence[str], categories: Sequence[str], prefix: str
) -> list[Violation]:
    """Return violations for unknown categories, and for a request that leaves no category."""
    known_categories = ", ".join(categories)
    violations = [
        Violation(f"{prefix}{field}[{n}]", f"unknown category {name!r}; known: {known_categories}")
        for field, names in (("categories_wanted", requested), ("categories_barred", barred))
        for n, name in enumerate(names)
        if name not in categories
    ]
    if not violations and not set(requested or categories) - set(barred):
        violations.append(Violation(f"{prefix}categories_barred", "bars every category that could be used"))
    return violations


def count_violations(
    max_categories: int | None, requested: Sequence[str], limits: LimitKnobs, prefix: str
) -> list[Violation]:
    """Return the violations of the number of categories."""
    violations = [
        Violation(f"{prefix}{name}", _exceeds(value, limits.max_categories))
        for name, value in (("max_categories", max_categories), ("categories_wanted", len(requested)))
        if value is not None and value > limits.max_categories
    ]
    if max_categories is not None and max_categories < len(requested):
        fewer = f"{max_categories} is less than the {len(requested)} categories wanted"
        violations.append(Violation(f"{prefix}max_categories", fewer))
    return violations


def _exceeds(value: int, limit: int) -> str:
    return f"{value} exceeds this service's limit of {limit}"


def profile_violations(name: str, profiles: Mapping[str, LengthProfile], field: str) -> list[Violation]:
    if not name or name in profiles:
        return []
    return [Violation(field, f"unknown length profile {name!r}; known: {', '.join(profiles)}")]


def _option_violations(
    request: GenerateNotificationRequest, limits: LimitKnobs, profiles: Mapping[str, LengthProfile]
) -> list[Violation]:
    options = request.options
    violations = profile_violations(options.length_profile, profiles, "options.length_profile")
    violations += count_violations(options.max_categories, options.categories_wanted, limits, "options.")
    count, limit = options.candidates_per_category, limits.max_candidates_per_category
    if count is not None and count > limit:
        violations.append(Violation("options.candidates_per_category", _exceeds(count, limit)))
    return violations


def _product_violations(request: GenerateNotificationRequest, knobs: IngressKnobs) -> list[Violation]:
    """Limit categories x candidates: each may be within its own limit and the product too large."""
    options, limit = request.options, knobs.limits.max_candidates
    categories = knobs.defaults.categories(options)
    count = categories * knobs.defaults.candidates(options)
    if count <= limit or categories > knobs.limits.max_categories:
        return []
    return [
        Violation(
            "options.candidates_per_category", f"makes {count} candidates in all; this service's limit is {limit}"
        )
    ]


def _incumbent_violations(request: GenerateNotificationRequest, limits: LimitKnobs) -> list[Violation]:
    count = len(request.incumbents)
    if count > limits.max_incumbents:
        return [Violation("incumbents", f"{count} exceed this service's limit of {limits.max_incumbents}")]
    violations = []
    ids = Counter(i.id for i in request.incumbents)
    for n, incumbent in enumerate(request.incumbents):
        if not (incumbent.title.strip() or incumbent.body.strip()):
            violations.append(Violation(f"incumbents[{n}]", "has neither title nor body"))
        if _OUR_IDS.fullmatch(incumbent.id):
            violations.append(
                Violation(f"incumbents[{n}].id", f"{incumbent.id!r} is an id that this service gives itself")
            )
        if incumbent.id and ids[incumbent.id] > 1:
            violations.append(Violation(f"incumbents[{n}].id", f"{incumbent.id!r} is used more than once"))
    return violations
