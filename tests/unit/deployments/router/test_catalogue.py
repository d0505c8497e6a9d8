from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.router.catalogue import FileCatalogue, InlineCatalogue, MetadataGate, PatternGate
from deployments.settings import parse
from deployments.types import Item

ONE = {"category": "DIRECT", "definition": "d", "instruction": "i", "cues": ["c"], "is_default": True}


def test_the_shipped_catalogue_has_at_least_ten_complete_categories() -> None:
    catalogue = FileCatalogue(kind="file").load()
    assert len(catalogue.categories) >= 10
    assert any(c.gate.kind == "metadata" for c in catalogue.categories)
    assert sum(c.is_default for c in catalogue.categories) >= 4


@pytest.mark.parametrize(
    ("categories", "words"),
    [
        ([{**ONE, "cue": ["x"]}], ["cue", "cues"]),
        ([ONE, ONE], ["named twice", "DIRECT"]),
        ([{**ONE, "is_default": False}], ["is_default"]),
        ([{**ONE, "gate": {"kind": "pattern", "regex": "("}}], ["categories.0.gate", "regex"]),
        ([{**ONE, "gate": {"kind": "moon"}}], ["gate", "moon", "metadata"]),
        ([], ["categories"]),
    ],
)
def test_a_wrong_catalogue_is_refused_by_name(categories: list, words: list[str]) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse(InlineCatalogue, {"categories": categories}, "catalogue")
    assert [w for w in words if w not in str(caught.value)] == []


def test_a_missing_file_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"no-such\.yaml"):
        FileCatalogue(kind="file", path="no-such.yaml").load()


@pytest.mark.parametrize(
    ("value", "is_open"),
    [("3", True), ("", False), ("no", False), (" FALSE ", False), ("<b>3</b>", True), ("<p>no</p>", False)],
)
def test_a_metadata_gate_asks_for_evidence(value: str, is_open: bool) -> None:
    gate = MetadataGate(kind="metadata", any_of=("trend_rank",))
    assert gate.open_for(Item(metadata={"trend_rank": value}), "") is is_open
    assert not gate.open_for(Item(metadata={"other": "3"}), "")


@pytest.mark.parametrize(("text", "is_open"), [("7 ways to bake", True), ("seven ways", False), ("in 2026", False)])
def test_the_shipped_number_gate_wants_a_number_of_things(text: str, is_open: bool) -> None:
    shipped = FileCatalogue(kind="file").load().categories
    gate = next(c.gate for c in shipped if c.category == "LIST_NUMBER")
    assert isinstance(gate, PatternGate)
    assert gate.open_for(Item(), text) is is_open


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("A stunt performer died on Wednesday.", False),
        ("DEAD at 31", False),
        ("Shot dead in Leeds", False),
        ("The deadline is Friday.", True),
        ("A skilled baker", True),
        ("Murió a los 90 años", False),
        ("", True),
    ],
)
def test_no_joke_and_no_tease_is_offered_on_a_grave_subject(text: str, is_open: bool) -> None:
    gates = {c.category: c.gate for c in FileCatalogue(kind="file").load().categories}
    assert gates["HUMOUR"].open_for(Item(), text) is is_open
    assert gates["CURIOSITY"].open_for(Item(), text) is is_open
    assert gates["DIRECT"].open_for(Item(), text)
