"""A request with every default filled in and every wish checked: what the pipeline works from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import langcodes

from deployments.deadline import Call, Deadline
from deployments.errors import InvalidInput, UnsupportedField, Violation
from deployments.generator.choice import adapter_violations
from deployments.images import violations as image_violations
from deployments.types import Copy, Incumbent, Item, LengthProfile, OutputField, Priority
from serve_app.contract import GenerateNotificationRequest
from serve_app.flow.knobs import IngressKnobs, LimitKnobs

# Generated candidates are c1, c2 ..., incumbents without an id i1, i2 ...
_OUR_IDS = re.compile(r"[ci]\d+")
_ALL_FIELDS = (OutputField.TITLE, OutputField.BODY)


@dataclass(frozen=True)
class Brief:
    """One request, complete. `call` holds its deadline, priority and id.

    item: with its pictures, for the captioner alone. text_item: without them, for everybody else.
    """

    item: Item
    text_item: Item
    incumbents: tuple[Incumbent, ...]
    recent_copies: tuple[Copy, ...]
    wanted: tuple[str, ...]
    barred: tuple[str, ...]
    max_categories: int
    candidates_per_category: int
    profile: LengthProfile
    output_fields: tuple[OutputField, ...]
    temperature: float | None
    seed: int | None
    adapter: str | None
    margin: float
    allow_degradation: bool
    time_budget_ms: float
    call: Call


def make_call(request_id: str, time_budget_ms: int | None, priority: Priority, knobs: IngressKnobs) -> Call:
    """The time budget as a deadline, capped by the service."""
    budget_ms = min(time_budget_ms or knobs.defaults.time_budget_ms, knobs.limits.max_time_budget_ms)
    return Call(Deadline.after(budget_ms / 1000), priority, request_id)


def make_brief(
    request: GenerateNotificationRequest,
    call: Call,
    knobs: IngressKnobs,
    profiles: Mapping[str, LengthProfile],
    categories: Sequence[str],
    adapters: Sequence[str] = (),
) -> Brief:
    """Check a request against the limits, the catalogue and the generator's adapters. Reads the headers of pictures and
    hashes them, a millisecond or two a megabyte: call in a thread.

    Raises InvalidInput with every violation, UnsupportedField for reserved fields.
    """
    options = request.options
    found = [
        *item_violations(request.item, knobs.limits),
        *category_violations(options.categories_wanted, options.categories_barred, categories, "options."),
        *_option_violations(request, knobs.limits, profiles),
        *adapter_violations(options.adapter, adapters),
        *_incumbent_violations(request, knobs.limits),
        *_product_violations(request, knobs),
    ]
    if found:
        raise InvalidInput(found)
    if not request.item.caption:
        request.item.pictures_digest()
    return Brief(
        item=request.item,
        text_item=request.item.without_media(),
        incumbents=tuple(
            i if i.id else i.model_copy(update={"id": f"i{n}"}) for n, i in enumerate(request.incumbents, start=1)
        ),
        recent_copies=request.recent_copies,
        wanted=options.categories_wanted,
        barred=options.categories_barred,
        max_categories=options.max_categories or len(options.categories_wanted) or knobs.defaults.max_categories,
        candidates_per_category=options.candidates_per_category or knobs.defaults.candidates_per_category,
        profile=profiles[options.length_profile or knobs.defaults.length_profile],
        output_fields=tuple(dict.fromkeys(options.output_fields)) or _ALL_FIELDS,
        temperature=options.temperature,
        seed=options.seed,
        adapter=options.adapter or None,
        margin=knobs.selection.margin if options.margin is None else options.margin,
        allow_degradation=options.allow_degradation is not False,
        time_budget_ms=min(options.time_budget_ms or knobs.defaults.time_budget_ms, knobs.limits.max_time_budget_ms),
        call=call,
    )


def item_violations(item: Item, limits: LimitKnobs) -> list[Violation]:
    """Violations of the item itself. Raises UnsupportedField for images by URL."""
    by_url = [n for n, image in enumerate(item.images) if image.url is not None]
    if by_url:
        raise UnsupportedField(
            [Violation(f"item.images[{n}].url", "fetching images is not supported yet; send data") for n in by_url]
        )
    found = image_violations(item, limits.images)
    if not any((item.title.strip(), item.description.strip(), item.caption.strip(), item.images, item.frames)):
        found.append(Violation("item", "has no content: set title, description, caption, images or frames"))
    if item.locale and not langcodes.tag_is_valid(item.locale):
        found.append(Violation("item.locale", f"{item.locale!r} is not a BCP-47 language tag such as 'en-GB'"))
    return found


def category_violations(
    wanted: Sequence[str], barred: Sequence[str], categories: Sequence[str], prefix: str
) -> list[Violation]:
    """Unknown categories, and wishes that leave nothing."""
    known = ", ".join(categories)
    found = [
        Violation(f"{prefix}{field}[{n}]", f"unknown category {name!r}; known: {known}")
        for field, names in (("categories_wanted", wanted), ("categories_barred", barred))
        for n, name in enumerate(names)
        if name not in categories
    ]
    if not found and not set(wanted or categories) - set(barred):
        found.append(Violation(f"{prefix}categories_barred", "bars every category that could be used"))
    return found


def profile_violations(name: str, profiles: Mapping[str, LengthProfile], field: str) -> list[Violation]:
    if not name or name in profiles:
        return []
    return [Violation(field, f"unknown length profile {name!r}; known: {', '.join(profiles)}")]


def _option_violations(
    request: GenerateNotificationRequest, limits: LimitKnobs, profiles: Mapping[str, LengthProfile]
) -> list[Violation]:
    options = request.options
    found = profile_violations(options.length_profile, profiles, "options.length_profile")
    bounds = (
        ("max_categories", options.max_categories, limits.max_categories),
        ("categories_wanted", len(options.categories_wanted), limits.max_categories),
        ("candidates_per_category", options.candidates_per_category, limits.max_candidates_per_category),
    )
    found += [
        Violation(f"options.{name}", f"{value} exceeds this service's limit of {limit}")
        for name, value, limit in bounds
        if value is not None and value > limit
    ]
    if options.max_categories is not None and options.max_categories < len(options.categories_wanted):
        found.append(
            Violation(
                "options.max_categories",
                f"{options.max_categories} is less than the {len(options.categories_wanted)} categories wanted",
            )
        )
    return found


def _product_violations(request: GenerateNotificationRequest, knobs: IngressKnobs) -> list[Violation]:
    """Each number may be within its limit and their product still too much for one request."""
    options, limit = request.options, knobs.limits.max_candidates
    categories = options.max_categories or len(options.categories_wanted) or knobs.defaults.max_categories
    count = categories * (options.candidates_per_category or knobs.defaults.candidates_per_category)
    if count <= limit or categories > knobs.limits.max_categories:
        return []
    return [
        Violation(
            "options.candidates_per_category", f"makes {count} candidates in all; this service's limit is {limit}"
        )
    ]


def _incumbent_violations(request: GenerateNotificationRequest, limits: LimitKnobs) -> list[Violation]:
    found = []
    if len(request.incumbents) > limits.max_incumbents:
        found.append(
            Violation("incumbents", f"{len(request.incumbents)} exceed this service's limit of {limits.max_incumbents}")
        )
    ids = [i.id for i in request.incumbents if i.id]
    for n, incumbent in enumerate(request.incumbents):
        if not (incumbent.title.strip() or incumbent.body.strip()):
            found.append(Violation(f"incumbents[{n}]", "has neither title nor body"))
        if _OUR_IDS.fullmatch(incumbent.id):
            found.append(Violation(f"incumbents[{n}].id", f"{incumbent.id!r} is an id that this service gives itself"))
        if incumbent.id and ids.count(incumbent.id) > 1:
            found.append(Violation(f"incumbents[{n}].id", f"{incumbent.id!r} is used more than once"))
    return found
