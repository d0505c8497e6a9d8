"""Labelled cases of copy: what may be sent, and what must be blocked, in many languages.

`tests/policy/blind_*.jsonl` were written by someone who had not read the rules, `aware_*.jsonl` by someone who had, to
attack them; the rules were made on both. `fresh_*` and `fresh2_*` were written by others once the rules stood, in three
rounds: the rules were measured on each (docs/quality.md) and mended after it. One case a line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from deployments.errors import InvalidInput
from deployments.types import Copy, LengthProfile
from serve_app.checking.case import CheckCase
from serve_app.flow.profiles import load_profiles
from serve_app.policy import PolicyContext

SUITE: Final = Path("tests/policy")


class Case(BaseModel):
    """A copy for an item, and whether it may be sent.

    rules: those that a blocked copy breaks, or that a clean one seems to.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    id: str
    checked: CheckCase
    label: Literal["clean", "block"]
    rules: tuple[str, ...] = Field(min_length=1)
    why: str

    @model_validator(mode="before")
    @classmethod
    def _read(cls, line: Any) -> Any:
        """Read a line as `pushgen check --jsonl` does."""
        return {**line, "checked": CheckCase.of(line)}

    @property
    def language(self) -> str:
        return self.id.split("-")[1]

    @property
    def copied(self) -> Copy:
        return self.checked.copy

    @property
    def profile(self) -> str:
        return self.checked.profile

    def context(self, profiles: Mapping[str, LengthProfile]) -> PolicyContext:
        return self.checked.context(profiles)


def profiles() -> Mapping[str, LengthProfile]:
    """Those that cases name."""
    return load_profiles("configs/profiles.yaml")


def read(folder: Path = SUITE) -> list[Case]:
    """Every case, in the order of the files. Raises ValueError, with the line, for one that is none."""
    cases = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                cases.append(Case.model_validate(json.loads(line)))
            except (ValueError, InvalidInput) as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from None
    return cases


def of_rule(cases: Sequence[Case], rule: str) -> list[Case]:
    return [case for case in cases if rule in case.rules]
