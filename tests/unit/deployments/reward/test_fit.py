"""The fit measure on its real trunk, its head drawn: packing changes nothing, broken folders are refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from deployments.errors import Misconfigured
from deployments.item_text import facts_of
from deployments.reward.fit import FitModel
from deployments.reward.fit_net import CONFIG_FILE, WEIGHTS_FILE, revision_of
from deployments.reward.grounding import Mark
from deployments.types import Copy, Item
from tests.unit.deployments.reward.fits import write_fit

ITEM = Item(title="The Button Room reopens", description="11,400 buttons are in quarantine. " * 12, tags=("museum",))
COPIES = [Copy(title=f"Button number {n}", body="The room reopens. " * (1 + n % 4)) for n in range(9)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit")
    write_fit(folder, row_tokens=250)
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> FitModel:
    return FitModel.load(folder, dtype="float32")


def fits(model: FitModel, copies: list[Copy], item: Item = ITEM) -> np.ndarray:
    return np.concatenate(model.forward(model.encode(model.facts(facts_of(item, "")), copies)))


def test_a_fit_depends_on_the_item_and_the_copy_and_not_on_its_neighbours(model: FitModel) -> None:
    together = fits(model, COPIES)
    alone = np.concatenate([fits(model, [copy]) for copy in COPIES])
    assert together == pytest.approx(alone, abs=1e-4)
    assert ((together > 0) & (together < 1)).all()
    assert len({round(float(p), 4) for p in together}) > 5
    other = fits(model, COPIES, Item(title="A cat on a chair"))
    assert np.abs(other - together).max() > 1e-3


def test_rows_of_several_items_share_a_forward(model: FitModel) -> None:
    items = [ITEM, Item(title="A cat on a chair"), Item(description="Rain, then sun. " * 30)]
    rows = [model.encode(model.facts(facts_of(item, "")), COPIES[: 2 + n]) for n, item in enumerate(items)]
    together = model.forward([row for of_item in rows for row in of_item])
    alone = [probabilities for of_item in rows for probabilities in model.forward(of_item)]
    assert [len(probabilities) for probabilities in together] == [len(probabilities) for probabilities in alone]
    assert np.concatenate(together) == pytest.approx(np.concatenate(alone), abs=1e-4)


def test_copies_fill_as_few_rows_as_hold_them_in_order(model: FitModel) -> None:
    rows = model.encode(model.facts(facts_of(ITEM, "")), COPIES)
    assert len(rows) > 1
    assert sum(len(row.copies) for row in rows) == len(COPIES)
    assert all(row.tokens <= 250 for row in rows)
    assert rows[0].copies[0].ids != rows[-1].copies[-1].ids
    assert model.encode("Title: x", []) == []


def test_long_facts_and_copies_are_cut_and_every_token_has_its_mark(model: FitModel) -> None:
    [row] = model.encode("Title: " + "rain " * 900, [Copy(title="wind " * 30, body="sun 17 " * 300)])
    assert len(row.facts) == model.config.facts_tokens + 2
    [copy] = row.copies
    assert len(copy) == len(copy.marks) == model.config.copy_tokens
    assert {Mark.FREE, Mark.NUMBER_FREE} <= {mark for mark, _ in copy.marks}
    [empty] = model.encode("", [Copy()])
    assert np.isfinite(model.forward([empty])[0]).all()


def test_a_swapped_number_changes_the_fit(model: FitModel) -> None:
    right, wrong = fits(model, [Copy(title="11,400 buttons"), Copy(title="11,300 buttons")])
    assert abs(right - wrong) > 1e-4


def test_wording_counts_up_to_a_ceiling_of_the_networks_own(tmp_path: Path) -> None:
    write_fit(tmp_path, wording=3.0, ceiling=-30.0)
    capped = FitModel.load(tmp_path, dtype="float32")
    grounded, foreign = fits(capped, [Copy(title="buttons are in quarantine"), Copy(title="lions roam the town")])
    assert grounded == pytest.approx(np.exp(3.0 - 30.0), rel=1e-3)
    assert foreign == pytest.approx(np.exp(-30.0), rel=1e-3)


def test_threads_may_encode_at_once(model: FitModel) -> None:
    with ThreadPoolExecutor(8) as pool:
        encoded = list(pool.map(lambda _: model.encode(model.facts(facts_of(ITEM, "")), COPIES), range(16)))
    assert all(rows == encoded[0] for rows in encoded)


def test_it_knows_the_languages_of_its_config(model: FitModel) -> None:
    assert model.knows("en")
    assert not model.knows("fr")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("no config", f"no {CONFIG_FILE}"),
        ("unknown key", "unheard"),
        ("no weights", f"{WEIGHTS_FILE} is missing"),
        ("cut weights", f"{WEIGHTS_FILE} is missing or damaged"),
        ("other layers", f"{WEIGHTS_FILE} does not fit"),
        ("another encoder", "was trained on .* another-encoder"),
        ("another width", "dim=100, its trunk 384"),
    ],
)
def test_a_folder_that_cannot_serve_is_refused(tmp_path: Path, damage: str, words: str) -> None:
    write_fit(tmp_path)
    weights, config = tmp_path / WEIGHTS_FILE, tmp_path / CONFIG_FILE
    values = json.loads(config.read_text())
    match damage:
        case "no config":
            config.unlink()
        case "unknown key":
            config.write_text(json.dumps(values | {"unheard": 1}))
        case "no weights":
            weights.unlink()
        case "cut weights":
            weights.write_bytes(weights.read_bytes()[:100])
        case "other layers":
            config.write_text(json.dumps(values | {"tuned_from": 4}))
        case "another encoder":
            config.write_text(json.dumps(values | {"encoder_revision": "another-encoder 1"}))
        case "another width":
            config.write_text(json.dumps(values | {"dim": 100}))
    with pytest.raises(Misconfigured, match=words):
        FitModel.load(tmp_path)


def test_a_measure_that_gives_no_numbers_is_refused_at_warmup(tmp_path: Path) -> None:
    write_fit(tmp_path, scale=float("nan"))
    with pytest.raises(Misconfigured, match="not finite"):
        FitModel.load(tmp_path, dtype="float32").warmup()


def test_the_revision_is_of_config_and_weights(folder: Path, model: FitModel, tmp_path: Path) -> None:
    assert model.revision == revision_of(folder)
    assert write_fit(tmp_path, shift=0.5) != write_fit(tmp_path, shift=0.6)
