"""The file of the terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.policy.term_lists import SHIPPED, load_terms


def test_the_shipped_lists_hold_by_market_and_language() -> None:
    lists = load_terms("")
    assert {one.name for one in lists.of("zh-CN")} == {"cn-advertising-law", "zh-spam", "strong-words"}
    assert {one.name for one in lists.of("zh")} == {one.name for one in lists.of("zh-Hans")}
    assert "cn-advertising-law" not in {one.name for one in lists.of("zh-TW")} | {
        o.name for o in lists.of("zh-Hant-HK")
    }
    assert {one.name for one in lists.of("xx-YY")} == {one.name for one in lists.of("")} == {"strong-words"}
    assert load_terms(str(SHIPPED)) == lists


def test_an_operators_file_takes_their_place(tmp_path: Path) -> None:
    path = tmp_path / "terms.yaml"
    path.write_text(
        "lists: [{name: a, rule: terms.legal, origin: us, markets: [DE], block: [gratis], review: [Gratis]}]"
    )
    (one,) = load_terms(str(path)).of("de-DE")
    assert [(f.word, f.action) for f in one.words.found_in("Alles gratis", "de")] == [("gratis", "block")]
    assert load_terms(str(path)).of("de-AT") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lists: [", "is not YAML"),
        ("lists: [{name: a, rule: terms.none, origin: us}]", "lists.0.rule"),
        ("lists: [{name: a, rule: terms.legal, origin: us, blok: [x]}]", "did you mean 'block'"),
        ("lists: [{name: a, rule: terms.legal, origin: u}, {name: a, rule: terms.legal, origin: u}]", "more than once"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "terms.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=message):
        load_terms(str(path))
    with pytest.raises(Misconfigured, match="cannot read"):
        load_terms(str(tmp_path / "none.yaml"))
