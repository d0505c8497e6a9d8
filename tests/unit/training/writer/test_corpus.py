"""The items that the writer learns from, and how they are read."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from deployments.generator.structured import limits
from deployments.router.catalogue import FileCatalogue
from deployments.types import OutputField
from serve_app.flow.profiles import load_profiles
from training.writer.corpus import BadCorpus, held_out, judgements, read


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_an_entry_is_an_item_as_serving_sees_it(tmp_path: Path) -> None:
    row = {"id": "x", "locale": "en-GB", "title": "T", "metadata": {"k": "v"}, "alt_text": "A cup"}
    (entry,) = read([write(tmp_path / "a.jsonl", row)])
    assert (entry.item.title, entry.item.language, entry.item.metadata) == ("T", "en", {"k": "v"})
    assert [image.alt_text for image in entry.item.images] == ["A cup"]


def test_what_is_wrong_is_said_with_file_line_and_field(tmp_path: Path) -> None:
    with pytest.raises(BadCorpus, match=r"a\.jsonl, line 2: .*'titel'; did you mean 'title'"):
        read([write(tmp_path / "a.jsonl", {"id": "x"}, {"id": "y", "titel": "T"})])
    with pytest.raises(BadCorpus, match="'x' is used twice"):
        read([write(tmp_path / "b.jsonl", {"id": "x"}, {"id": "x"})])
    with pytest.raises(BadCorpus, match="no items"):
        read([write(tmp_path / "c.jsonl")])


def test_marks_are_found_by_the_items_id(tmp_path: Path) -> None:
    rows = [{"id": "x", "title": "T", "body": "B", "fit": fit, "source": "s"} for fit in (0.0, 1.0)]
    marks = judgements([write(tmp_path / "marks.jsonl", *rows)])
    assert [m.fit for m in marks["x"]] == [0.0, 1.0]


def test_probes_teach_nothing(root: Path) -> None:
    probes = read([root / "training" / "probes"])
    assert len(probes) >= 40
    assert all(held_out(probe) and not probe.copies for probe in probes)


def test_the_projects_own_items_are_whole(root: Path) -> None:
    entries = read([root / "training" / "items"])
    categories = {c.category for c in FileCatalogue(kind="file").load().categories}
    longest = load_profiles("configs/profiles.yaml")
    assert len(entries) > 1000
    assert 0.05 < sum(map(held_out, entries)) / len(entries) < 0.15
    for entry in entries:
        assert {c.category for c in entry.copies} <= categories
        room = limits(longest["ios"], entry.item.language)
        assert all(len(c.body) <= room[OutputField.BODY] for c in entry.copies), entry.id
    words = Counter((c.title, c.body) for e in entries for c in e.copies)
    assert max(words.values()) == 1
