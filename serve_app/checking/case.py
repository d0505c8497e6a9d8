"""A copy to check, as the JSON that people write: read alike for `pushgen check` and for the labelled suite.

It is more lenient than the contract. Texts may have any length, for the rules judge it. An item's unknown keys, such as
a transcript, are metadata; numbers, lists and objects in there become text. Keys that are not read, such as a label,
are left alone, unless they look like a misspelt one.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from deployments.errors import InvalidInput, Violation
from deployments.item_text import given_caption
from deployments.types import Copy, Image, Item, LengthProfile, OutputField
from serve_app.contract.violations import unknown_field, violations
from serve_app.policy import PolicyContext
from serve_app.policy.word_list import WordAction, WordList

_DEFAULT_PROFILE: Final = "default"


def text_of(value: Any) -> str:
    """Return a JSON value as text: a list's entries with "; " between, an object's as `key: value`."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {text_of(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(text_of, value))
    return json.dumps(value)


def _as_text(value: Any) -> Any:
    return text_of(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _unicode(value: str) -> str:
    """Refuse half a surrogate pair, which stands for bytes that are not UTF-8 too."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "must be valid Unicode") from None
    return value


_Text = Annotated[str, BeforeValidator(_as_text), AfterValidator(_unicode)]  # ids and titles may be numbers
_Detail = Annotated[str, BeforeValidator(text_of), AfterValidator(_unicode)]


class _Read(BaseModel):
    """null is a key that is not set."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _set(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        names = {field.alias or name for name, field in cls.model_fields.items()}
        for key in data.keys() - names:
            wrong = unknown_field(key, names)
            if difflib.get_close_matches(key, names, n=1, cutoff=0.8):
                raise PydanticCustomError("misspelt", "{key}: {wrong}", {"key": key, "wrong": wrong})
        return {key: value for key, value in data.items() if value is not None}


class _Words(_Read):
    title: _Text = ""
    body: _Text = ""

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and not {"title", "body"} & data.keys():
            raise ValueError("has neither title nor body")
        return data

    @property
    def fields(self) -> tuple[OutputField, ...]:
        named = (("title", OutputField.TITLE), ("body", OutputField.BODY))
        return tuple(field for name, field in named if name in self.model_fields_set)

    def copied(self) -> Copy:
        """Return a Copy of any length."""
        return Copy.model_construct(title=self.title, body=self.body)


class _Picture(_Read):
    """Nobody looks at it; its alternative text is read."""

    alt_text: _Text = ""

    @model_validator(mode="before")
    @classmethod
    def _described(cls, data: Any) -> Any:
        return {"alt_text": data.get("alt_text")} if isinstance(data, Mapping) else {}


class _Item(_Read):
    id: _Text = ""
    locale: _Text = ""
    title: _Text = ""
    description: _Text = ""
    tags: tuple[_Text, ...] = ()
    creator: _Text = ""
    caption: _Text = ""
    metadata: dict[str, _Detail] = Field(default_factory=dict)
    images: tuple[_Picture, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_details(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        known = {key: value for key, value in data.items() if key in Item.model_fields}
        details = {key: value for key, value in data.items() if key not in known and value is not None}
        given = known.get("metadata") or {}
        return {**known, "metadata": {**details, **given}} if isinstance(given, Mapping) else known


def _as_words(value: Any) -> Any:
    """A text alone is a title."""
    return {"title": value} if isinstance(value, str) else value


def _as_terms(value: Any) -> Any:
    """Terms without a severity block."""
    given = value if isinstance(value, Mapping) else dict.fromkeys(value, "BLOCK") if isinstance(value, list) else None
    if given is None:
        return value
    return {term: action.lower() if isinstance(action, str) else action for term, action in given.items()}


_CopyWords = Annotated[_Words, BeforeValidator(_as_words)]


class _Line(_Read):
    item: _Item
    words: _CopyWords = Field(alias="copy")
    profile: str = _DEFAULT_PROFILE
    locale: _Text = ""
    caption: _Text = ""
    category: _Text = ""
    recent_copies: tuple[_CopyWords, ...] = ()
    terms: Annotated[dict[str, WordAction], BeforeValidator(_as_terms)] = Field(default_factory=dict)


@dataclass(frozen=True)
class CheckCase:
    """A copy and what it is checked against.

    output_fields: those that the copy has, be they empty. category: that it was written in, empty for none. terms:
    the tenant's own, with an action each.
    """

    item: Item
    copy: Copy
    output_fields: tuple[OutputField, ...]
    profile: str
    caption: str
    category: str
    recent_copies: tuple[Copy, ...]
    terms: Mapping[str, WordAction]

    @classmethod
    def of(cls, content: Any) -> Self:
        """Read parsed JSON. Raises InvalidInput with every violation."""
        try:
            line = _Line.model_validate(content)
        except ValidationError as error:
            raise InvalidInput(violations(error, _Line)) from None
        fields = line.item.model_dump()
        fields["locale"] = line.locale or fields["locale"]
        fields["images"] = tuple(Image.model_construct(**picture) for picture in fields["images"])
        item = Item.model_construct(**fields)
        recent = tuple(words.copied() for words in line.recent_copies)
        words = line.words
        named = {"profile": line.profile, "caption": line.caption, "category": line.category}
        return cls(item, words.copied(), words.fields, recent_copies=recent, terms=line.terms, **named)

    def context(self, profiles: Mapping[str, LengthProfile]) -> PolicyContext:
        """Read the item for the rules, which takes milliseconds for a long one. Raises InvalidInput."""
        if self.profile not in profiles:
            unknown = f"unknown length profile {self.profile!r}; known: {', '.join(profiles)}"
            raise InvalidInput([Violation("profile", unknown)])
        return PolicyContext.of(
            self.item,
            self.caption or given_caption(self.item),
            profiles[self.profile],
            self.recent_copies,
            output_fields=self.output_fields,
            generated=True,
            category=self.category,
            tenant_terms=WordList(self.terms.items()) if self.terms else None,
        )
