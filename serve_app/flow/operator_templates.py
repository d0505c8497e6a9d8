"""The operator's own templates, by locale: sent where nothing else is usable and the request brings no template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import langcodes
from pydantic import AfterValidator, Field, model_validator

from deployments.settings import Knobs
from deployments.types import MAX_LONG_TEXT, MAX_SHORT_TEXT, Incumbent, IncumbentKind
from serve_app.flow.liquid_engine import TemplateError
from serve_app.flow.templates import check_syntax

ID: Final = "i0"
"""Of the candidate. Incumbents without an id are i1, i2 ..."""
_FARTHEST: Final = 10
"""In langcodes' distance: another region of the language, or its usual script; no related language."""


def _checked_locale(value: str) -> str:
    if not langcodes.tag_is_valid(value):
        raise ValueError(f"{value!r} is not a BCP-47 language tag such as 'en-GB'")
    return value


class Template(Knobs):
    """A notification in Liquid, as an incumbent of kind TEMPLATE."""

    title: str = Field(default="", max_length=MAX_SHORT_TEXT)
    body: str = Field(default="", max_length=MAX_LONG_TEXT)

    @model_validator(mode="after")
    def _sound(self) -> Template:
        if not (self.title.strip() or self.body.strip()):
            raise ValueError("has neither title nor body")
        for source in (self.title, self.body):
            try:
                check_syntax(source)
            except TemplateError as error:
                raise ValueError(f"{source[:60]!r} is no template: {error}") from None
        return self


Templates = dict[Annotated[str, AfterValidator(_checked_locale)], Template]


def with_operators(
    incumbents: Sequence[Incumbent], locale: str, templates: Mapping[str, Template]
) -> tuple[Incumbent, ...]:
    """Add the operator's template of the nearest locale, unless the request has a template or no locale is near."""
    if not templates or any(incumbent.kind is IncumbentKind.TEMPLATE for incumbent in incumbents):
        return tuple(incumbents)
    nearest = langcodes.closest_supported_match(locale or "en", list(templates), max_distance=_FARTHEST)
    if nearest is None:
        return tuple(incumbents)
    own = templates[nearest]
    return (*incumbents, Incumbent(id=ID, kind=IncumbentKind.TEMPLATE, title=own.title, body=own.body))
