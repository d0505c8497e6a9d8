"""The file of the terms: lists by market and language. The shipped `terms.yaml` beside this file is only a start."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

import langcodes
import yaml
from pydantic import Field, model_validator

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.settings import Settings, parse
from serve_app.policy.word_list import WordAction, WordList

SHIPPED: Final = Path(__file__).with_name("terms.yaml")
_ACTIONS: Final[tuple[WordAction, ...]] = ("review", "rewrite", "block")
_Term = Annotated[str, Field(min_length=1, max_length=100)]
_Terms = Annotated[tuple[_Term, ...], Field(max_length=20_000)]
_Names = Annotated[tuple[str, ...], Field(max_length=100)]


class TermList(Settings):
    """Terms with an action each, and where they hold.

    markets: regions of an item's locale, such as CN; languages: such as zh; without one the list holds everywhere.
    origin: where the terms come from. exceptions: phrases inside which a term is none. homographs: terms that also name
    a thing, each with how words begin of which the item then has one, beside the term: they are only reviewed.
    """

    name: str = Field(min_length=1, max_length=100)
    rule: Literal["terms.banned", "terms.legal"]
    origin: str = Field(min_length=1, max_length=500)
    markets: _Names = ()
    languages: _Names = ()
    block: _Terms = ()
    rewrite: _Terms = ()
    review: _Terms = ()
    exceptions: _Terms = Field(default=())
    homographs: dict[str, _Terms] = Field(default_factory=dict, max_length=1_000)

    @cached_property
    def words(self) -> WordList:
        # The last of two equal terms counts, and that is the graver one.
        words: Iterable[tuple[str, WordAction]] = ((word, a) for a in _ACTIONS for word in getattr(self, a))
        return WordList(words, self.exceptions, known=True)

    def holds_for(self, language: str, region: str) -> bool:
        return (not self.languages or language in self.languages) and (not self.markets or region in self.markets)


class TermsFile(Settings):
    """The content of the file."""

    lists: tuple[TermList, ...] = Field(max_length=200)

    @model_validator(mode="after")
    def _unambiguous(self) -> TermsFile:
        names = [one.name for one in self.lists]
        if len(set(names)) < len(names):
            raise ValueError("lists: a name is used more than once")
        return self

    def of(self, locale: str) -> list[TermList]:
        """Return the lists that hold for a BCP-47 locale."""
        language, region = market(locale)
        return [one for one in self.lists if one.holds_for(language, region)]


def load_terms(path: str) -> TermsFile:
    """Read the lists; the shipped ones for an empty path. Raises Misconfigured.

    A relative path is looked for in the working folder, then in the project's.
    """
    name = path or SHIPPED.name
    try:
        text = ((find(path) or Path(path)) if path else SHIPPED).read_text(encoding="utf-8")
        data = yaml.load(text, yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)  # noqa: S506
    except OSError:
        raise Misconfigured(f"policy.terms.file: cannot read {name!r}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"policy.terms.file: {name!r} is not YAML: {error}") from None
    return parse(TermsFile, data, f"terms {name!r}")


@lru_cache(maxsize=256)
def market(locale: str) -> tuple[str, str]:
    """Return language and region; the region where most of a language's readers are when the locale names none."""
    try:
        likely = langcodes.Language.get(locale).maximize()
    except (ValueError, LookupError):
        return "", ""
    return likely.language or "", likely.territory or ""
