"""The checks without a service: findings, verdict, and the knobs and profiles of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deployments.errors import Misconfigured
from serve_app.checking.checker import Checker

CASE: dict[str, Any] = {
    "item": {"title": "A quiet garden", "description": "Opened in 1921."},
    "copy": {"title": "A garden of 1,500 roses", "body": "Walk in whenever you like, the gate is open."},
}


def test_a_finding_has_its_rule_its_place_and_what_is_wrong() -> None:
    result = Checker.load().check(CASE)
    assert result["verdict"] == "BLOCK"
    (finding,) = result["findings"]
    assert (finding["rule"], finding["severity"], finding["field"]) == ("grounding.number", "BLOCK", "title")
    start, end = finding["span"]
    assert CASE["copy"]["title"][start:end] == finding["text"] == "1,500"
    assert finding["message"]
    assert "evidence" in finding


@pytest.mark.parametrize("text", ["empty: {action: review}", "policy: {empty: {action: review}}"])
def test_knobs_of_a_file_change_the_verdict(tmp_path: Path, text: str) -> None:
    knobs = tmp_path / "knobs.yaml"
    knobs.write_text(text)
    empty = {**CASE, "copy": {"title": "A garden to be alone in", "body": ""}}
    assert Checker.load().check(empty)["verdict"] == "BLOCK"
    assert Checker.load(str(knobs)).check(empty)["verdict"] == "REVIEW"


def test_profiles_come_from_their_file_or_the_one_that_the_knobs_name(tmp_path: Path) -> None:
    mine, knobs = tmp_path / "mine.yaml", tmp_path / "knobs.yaml"
    mine.write_text("profiles: [{length_profile: tiny, max_title: 5, max_body: 10}]")
    knobs.write_text(f"length_profiles: {mine}")
    for checker in (Checker.load(None, str(mine)), Checker.load(str(knobs))):
        assert "length.title" in {f["rule"] for f in checker.check({**CASE, "profile": "tiny"})["findings"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot read"),
        ("policy: [", "is not YAML"),
        ("policy: {legnth: {}}", "did you mean 'length'"),
        ("3", "keys with values"),
    ],
)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, text: str | None, words: str) -> None:
    knobs = tmp_path / "knobs.yaml"
    if text is not None:
        knobs.write_text(text)
    with pytest.raises(Misconfigured, match=words):
        Checker.load(str(knobs))
