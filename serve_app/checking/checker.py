"""The rules over cases, with the knobs and length profiles of a service that need not run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from deployments.errors import Misconfigured
from deployments.settings import parse
from deployments.types import LengthProfile, PolicyFinding, Verdict
from serve_app.checking.case import CheckCase
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.profiles import load_profiles
from serve_app.policy import PolicySettings, check
from serve_app.policy.table import RuleRow, rule_rows


@dataclass(frozen=True)
class Checker:
    settings: PolicySettings
    profiles: Mapping[str, LengthProfile]

    @classmethod
    def load(cls, knobs_path: str | None = None, profiles_path: str | None = None) -> Self:
        """Read the Ingress's `user_config`, or its `policy` alone, and the length profiles; the shipped ones for None.

        Raises Misconfigured.
        """
        knobs = IngressKnobs() if knobs_path is None else _knobs(knobs_path)
        return cls(knobs.policy, load_profiles(profiles_path or knobs.length_profiles))

    def check(self, content: Any) -> dict[str, Any]:
        """Return findings and verdict of a case, parsed JSON, as `pushgen check` prints them. Raises InvalidInput."""
        case = CheckCase.of(content)
        findings = check(case.copy, case.context(self.profiles), self.settings)
        return {"findings": [finding_json(f) for f in findings], "verdict": Verdict.of(findings).name}

    def rules(self) -> list[RuleRow]:
        return rule_rows(self.settings)


def finding_json(finding: PolicyFinding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.name,
        "span": [finding.start, finding.end],
        "text": finding.text,
        "field": finding.field,
        "message": finding.message,
        "evidence": finding.evidence,
    }


def _knobs(path: str) -> IngressKnobs:
    try:
        data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"cannot read {path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} is not YAML: {error}") from None
    if isinstance(data, dict) and data.keys() <= PolicySettings.model_fields.keys():
        data = {"policy": data}
    return parse(IngressKnobs, data, path)
