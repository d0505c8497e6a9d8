"""Models in memory: a batch of several models, revisions, and refusals by the name of the knob."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deployments.errors import Misconfigured
from deployments.reward import live
from deployments.reward.live import Loaded, Row, forward, load, load_fit, text_revision
from deployments.reward.model import RewardModel
from deployments.reward.settings import RewardSettings
from deployments.types import Stage, StageRevision


class Model:
    """Multiplies; knows its batches."""

    def __init__(self, factor: float, revision: str = "0123456789ab") -> None:
        self.factor, self.revision = factor, revision
        self.batches: list[list[float]] = []

    def forward(self, encoded: Sequence[float]) -> Any:
        self.batches.append(list(encoded))
        return np.array([[self.factor * each, 1.0] for each in encoded], np.float32)

    def warmup(self, max_batch_tokens: int) -> None:
        if max_batch_tokens == 0:
            raise Misconfigured("reward.model: its rewards are not finite")


def rows(*pairs: tuple[Model, float]) -> list[Row]:
    return [Row(model, encoded) for model, encoded in pairs]  # type: ignore[arg-type]


def test_each_row_is_scored_by_its_own_model_and_stays_in_its_place() -> None:
    old, new = Model(1.0), Model(10.0)
    answers = forward(rows((old, 1), (new, 2), (old, 3), (new, 4)))
    assert [float(answer[0]) for answer in answers] == [1, 20, 3, 40]
    assert (old.batches, new.batches) == ([[1, 3]], [[2, 4]]), "one forward a model"


def test_an_empty_batch_has_no_answers() -> None:
    assert forward([]) == []


def test_a_model_that_answers_too_few_is_a_mistake() -> None:
    class Short(Model):
        def forward(self, encoded: Sequence[float]) -> Any:
            return super().forward(encoded)[:-1]

    with pytest.raises(ValueError, match="zip"):
        forward(rows((Short(1.0), 1), (Short(1.0), 2)))


@pytest.mark.parametrize(
    ("reference", "revision", "same"),
    [
        ("models/a", "", True),
        ("models/a", "0123456789ab", True),
        ("models/a", "ba9876543210", False),
        ("models/b", "", False),
    ],
)
def test_a_loaded_model_is_what_the_knobs_ask_for_or_not(reference: str, revision: str, same: bool) -> None:
    loaded = Loaded("models/a", Model(1.0), StageRevision(stage=Stage.SCORE, kind="k"))  # type: ignore[arg-type]
    assert loaded.is_what(reference, revision) is same


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What `RewardModel.load` answers, one after the other."""
    answers: list[Any] = []

    def answer(*_: Any) -> Any:
        made = answers.pop(0)
        if isinstance(made, Exception):
            raise made
        return made

    monkeypatch.setattr(RewardModel, "load", answer)
    return answers


def loaded(folder: Path, revision: str = "", tokens: int = 64, beside: Any = None) -> Loaded:
    return load(RewardSettings(), "shadow", str(folder), revision, tokens, beside)


def test_a_loaded_model_names_its_weights_its_fit_measure_and_no_path(tmp_path: Path, loads: list[Any]) -> None:
    loads += [Model(1.0), Model(1.0)]
    assert loaded(tmp_path).revision.model_revision == "0123456789ab"
    both = loaded(tmp_path, "0123456789ab", beside=Model(1.0, "fedcba987654")).revision
    assert both.model_revision == "0123456789ab+fit@fedcba987654"
    assert both.model == tmp_path.name
    assert both.prompt_revision == text_revision()


@pytest.mark.parametrize(
    ("answer", "revision", "tokens", "words"),
    [
        (Misconfigured("reward.model: no config.json"), "", 64, r"reward\.shadow='.*': no config\.json"),
        (MemoryError(), "", 64, r"reward\.shadow='.*' could not be loaded: MemoryError"),
        (Model(1.0), "", 0, r"reward\.shadow='.*': its rewards are not finite"),
        (Model(1.0), "ba9876543210", 64, r"reward\.shadow_revision='ba9876543210' .* holds '0123456789ab'"),
    ],
)
def test_every_failure_names_the_knob(
    tmp_path: Path, loads: list[Any], answer: Any, revision: str, tokens: int, words: str
) -> None:
    loads.append(answer)
    with pytest.raises(Misconfigured, match=words):
        loaded(tmp_path, revision, tokens)


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"reward\.shadow: there is no folder 'nowhere'"):
        loaded(Path("nowhere"))
    with pytest.raises(Misconfigured, match=r"reward\.fit: there is no folder 'nowhere'"):
        load_fit(RewardSettings(fit="nowhere"))


def test_without_a_fit_measure_there_is_none() -> None:
    assert load_fit(RewardSettings(fit=None)) is None


def test_the_texts_have_a_revision_that_follows_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    before = text_revision()
    monkeypatch.setattr(live, "render_copy", lambda title, body: f"{title} | {body}")
    assert text_revision() != before
