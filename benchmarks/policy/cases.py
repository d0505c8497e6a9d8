"""Labelled cases of copy: what may be sent, and what must be blocked, in many languages.

`tests/policy/blind_*.jsonl` were written by someone who had not read the rules, `aware_*.jsonl` by someone who had, to
attack them. One case a line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from deployments.types import Copy, Item, LengthProfile
from serve_app.flow.profiles import load_profiles
from serve_app.policy import PolicyContext
from serve_app.policy.word_list import WordList

SUITE: Final = Path("tests/policy")


class Case(BaseModel):
    """A copy for an item, and whether it may be sent.

    rules: those that a blocked copy breaks, or that a clean one seems to. terms: the tenant's own, with a severity.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    item: dict[str, Any]
    copied: Copy = Field(alias="copy")
    profile: str
    locale: str
    recent_copies: tuple[Copy, ...] = ()
    terms: dict[str, Literal["BLOCK", "REVIEW"]] = Field(default_factory=dict)
    label: Literal["clean", "block"]
    rules: tuple[str, ...] = Field(min_length=1)
    why: str

    @property
    def language(self) -> str:
        return self.id.split("-")[1]

    def context(self, profiles: Mapping[str, LengthProfile]) -> PolicyContext:
        metadata = {name: _text(value) for name, value in self.item.get("metadata", {}).items()}
        item = Item(**self.item | {"metadata": metadata, "locale": self.locale})
        banned = WordList([(term, severity.lower()) for term, severity in self.terms.items()])  # type: ignore[misc]
        return PolicyContext.of(
            item, "", profiles[self.profile], self.recent_copies, generated=True, tenant_banned=banned
        )


def _text(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def profiles() -> dict[str, LengthProfile]:
    """Those that cases name."""
    return dict(load_profiles("configs/profiles.yaml"))


def read(folder: Path = SUITE) -> list[Case]:
    """Every case, in the order of the files. Raises ValueError, with the line, for one that is none."""
    cases = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                cases.append(Case.model_validate(json.loads(line)))
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from None
    return cases


def of_rule(cases: Sequence[Case], rule: str) -> list[Case]:
    return [case for case in cases if rule in case.rules]
