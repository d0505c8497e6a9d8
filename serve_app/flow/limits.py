"""What GetServiceInfo publishes: revisions, and the limits and defaults of the operator and of the contract itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from deployments.router.catalogue import Category
from deployments.types import (
    MAX_INT32,
    MAX_LONG_TEXT,
    MAX_METADATA_ENTRIES,
    MAX_METADATA_KEY,
    MAX_NAME,
    MAX_SHORT_TEXT,
    MAX_TAG,
    MAX_TAGS,
    LengthProfile,
    Stage,
    StageRevision,
)
from serve_app import __version__
from serve_app.contract.messages import (
    MAX_RECENT_COPIES,
    MAX_SCORED_COPIES,
    Defaults,
    GetServiceInfoResponse,
    Limits,
)
from serve_app.flow.knobs import IngressKnobs, LimitKnobs


def published(limits: LimitKnobs) -> Limits:
    return Limits(
        max_images=limits.images.max_images,
        max_image_bytes=capped(limits.images.max_image_bytes),
        max_image_pixels=limits.images.max_image_pixels,
        max_categories=capped(limits.max_categories),
        max_candidates_per_category=capped(limits.max_candidates_per_category),
        max_incumbents=limits.max_incumbents,
        max_batch_items=capped(limits.max_batch_items),
        max_time_budget_ms=capped(limits.max_time_budget_ms),
        max_candidates=capped(limits.max_candidates),
        max_short_text_chars=MAX_SHORT_TEXT,
        max_long_text_chars=MAX_LONG_TEXT,
        max_name_chars=MAX_NAME,
        max_tags=MAX_TAGS,
        max_tag_chars=MAX_TAG,
        max_metadata_entries=MAX_METADATA_ENTRIES,
        max_metadata_key_chars=MAX_METADATA_KEY,
        max_recent_copies=MAX_RECENT_COPIES,
        max_scored_copies=MAX_SCORED_COPIES,
    )


def published_defaults(knobs: IngressKnobs) -> Defaults:
    defaults = knobs.defaults
    return Defaults(
        max_categories=capped(defaults.max_categories),
        candidates_per_category=capped(defaults.candidates_per_category),
        length_profile=defaults.length_profile,
        time_budget_ms=capped(defaults.time_budget_ms),
        margin=knobs.selection.margin,
    )


def published_info(
    knobs: IngressKnobs,
    profiles: Mapping[str, LengthProfile],
    categories: Sequence[Category],
    revisions: Mapping[Stage, StageRevision | None],
    adapters: Iterable[str],
) -> GetServiceInfoResponse:
    """revisions: of each stage, None for one that does not answer."""
    return GetServiceInfoResponse(
        version=__version__,
        stages=tuple(revision for revision in revisions.values() if revision is not None),
        missing_stages=tuple(stage for stage, revision in revisions.items() if revision is None),
        categories=tuple(category.info() for category in categories),
        length_profiles=tuple(profiles.values()),
        limits=published(knobs.limits),
        defaults=published_defaults(knobs),
        adapters=tuple(adapters),
    )


def capped(knob: int) -> int:
    """Return the knob as an int32 of the contract. No request reaches beyond: its own numbers are int32."""
    return min(knob, MAX_INT32)
