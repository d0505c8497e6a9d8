"""A prompt's revision follows what is rendered, and nothing else."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments import item_text
from deployments.captioner import compose, vision
from deployments.generator import prompt
from deployments.reward import live
from deployments.router import router
from deployments.router.catalogue import FileCatalogue, InlineCatalogue

REVISIONS: dict[str, Callable[[], str]] = {
    "tagger": compose.revision,
    "vision": vision.revision,
    "router": lambda: router.words_revision(FileCatalogue(kind="file").load()),
    "generator": prompt.revision,
    "reward": live.text_revision,
}


@pytest.mark.parametrize("module", [compose, vision, prompt])
def test_a_comment_changes_nothing_and_a_word_does(module: object, tmp_path: Path) -> None:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")  # type: ignore[attr-defined]
    word = {compose: "Text in the picture", vision: "two or three", prompt: "Write one push"}[module]  # type: ignore[index]
    assert word in source
    before = module.revision()  # type: ignore[attr-defined]
    assert loaded(f"{source}\n\n# A comment.\n", tmp_path / "commented.py").revision() == before
    assert loaded(source.replace(word, "Other words"), tmp_path / "reworded.py").revision() != before


@pytest.mark.parametrize("stage", ["vision", "generator", "reward"])
def test_the_layout_of_the_facts_is_part_of_the_prompt(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, fitted = REVISIONS[stage](), item_text.fitted
    monkeypatch.setattr(item_text, "fitted", lambda *args: fitted(*args).replace(": ", " = "))
    assert REVISIONS[stage]() != before


@pytest.mark.parametrize("stage", ["tagger", "router"])
def test_the_items_words_are_part_of_a_text(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, fields = REVISIONS[stage](), item_text._fields
    monkeypatch.setattr(item_text, "_fields", lambda item: fields(item)._replace(title="Another title"))
    assert REVISIONS[stage]() != before


def test_the_catalogue_is_part_of_the_routers() -> None:
    one = {"category": "DIRECT", "definition": "d", "instruction": "i", "cues": ["c"], "is_default": True}
    both = [InlineCatalogue.model_validate({"categories": [{**one, "instruction": i}]}) for i in ("i", "Say it.")]
    assert len({router.words_revision(catalogue) for catalogue in both}) == 2


@pytest.mark.parametrize("stage", REVISIONS)
def test_a_revision_is_short_and_stable(stage: str) -> None:
    revision = REVISIONS[stage]()
    assert revision == REVISIONS[stage]()
    assert len(revision) == 8
    int(revision, 16)


def loaded(source: str, path: Path) -> object:
    """The module of this source, beside the one that is imported."""
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
