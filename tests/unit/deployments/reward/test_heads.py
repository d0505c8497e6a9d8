"""The heads on a pooled embedding, by hand, and their files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from deployments.errors import Misconfigured
from deployments.reward.heads import (
    CONFIG_FILE,
    GUARDS,
    WEIGHTS_FILE,
    BradleyTerryHeads,
    RewardConfig,
    load,
    revision_of,
    save,
)


def config(**changes: object) -> RewardConfig:
    fields = {"encoder": "package:m", "max_length": 32, "dim": 2, "heads": 3, "directions": 2}
    return RewardConfig.model_validate(fields | changes)


def heads() -> BradleyTerryHeads:
    made = BradleyTerryHeads(3, 2, 2)
    made.feature_mean.copy_(torch.tensor([1.0, 2.0]))
    made.feature_scale.copy_(torch.tensor([2.0, 4.0]))
    made.outer.data.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]]))
    made.guarded[:, 2] = torch.tensor([10.0, 0.0])
    made.whitening.copy_(torch.tensor([[3.0, 0.0], [0.0, 1.0]]))
    return made


POOLED = torch.tensor([[1.0, 2.0], [3.0, 10.0]])  # standardised: (0, 0) and (1, 2)


def test_an_embedding_is_standardised_before_every_head() -> None:
    with torch.no_grad():
        assert heads()(POOLED).tolist() == [[0, 0, 0], [1, 2, -1]]


def test_each_guard_has_a_direction_of_its_own() -> None:
    logits = heads().guards(POOLED)
    assert logits.shape == (2, len(GUARDS))
    assert logits[1].tolist() == [0, 0, 10, 0, 0]


def test_the_distance_is_the_root_of_the_mean_square_in_the_whitened_directions() -> None:
    assert heads().distance(POOLED).tolist() == pytest.approx([0, ((9 + 4) / 2) ** 0.5])


def test_what_is_saved_is_loaded_with_its_revision(tmp_path: Path) -> None:
    revision = save(heads(), config(offset=0.5), tmp_path / "new" / "folder")
    loaded = load(tmp_path / "new" / "folder")
    assert loaded.revision == revision == revision_of(tmp_path / "new" / "folder")
    assert loaded.config.offset == 0.5
    assert torch.equal(loaded.heads(POOLED), heads()(POOLED))
    assert torch.equal(loaded.heads.distance(POOLED), heads().distance(POOLED))
    assert not loaded.heads.training
    assert {file.name for file in (tmp_path / "new" / "folder").iterdir()} == {CONFIG_FILE, WEIGHTS_FILE}


def test_the_revision_is_of_weights_and_config(tmp_path: Path) -> None:
    other = heads()
    other.outer.data[0, 0] += 1
    revisions = {
        save(heads(), config(), tmp_path),
        save(heads(), config(offset=1), tmp_path),
        save(other, config(), tmp_path),
    }
    assert len(revisions) == 3
    assert save(heads(), config(), tmp_path) in revisions


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format_version": 2}, f"{CONFIG_FILE}: format_version"),
        ({"dims": 2}, "unknown key 'dims'; did you mean 'dim'"),
        ({"corrections": {"loud": 1}}, "corrections"),
        ({"guards": {"padded": {"gain": -1}}}, r"guards\.padded\.gain"),
        ({"languages": []}, "languages"),
        ({"dim": 3}, f"{WEIGHTS_FILE} is missing or does not fit {CONFIG_FILE}"),
        ({"heads": 2}, f"{WEIGHTS_FILE} is missing or does not fit {CONFIG_FILE}"),
    ],
)
def test_a_config_that_is_not_of_these_weights_is_refused(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    save(heads(), config(), tmp_path)
    file = tmp_path / CONFIG_FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(Misconfigured, match=f"reward.model: .*{words}"):
        load(tmp_path)


def test_a_folder_without_a_model_says_where_to_get_one_and_shows_no_path(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=f"reward.model: no {CONFIG_FILE} in .*train one: see training/") as caught:
        load(tmp_path)
    assert str(tmp_path.parent) not in str(caught.value)
    with pytest.raises(OSError, match=CONFIG_FILE):
        revision_of(tmp_path)


def test_weights_that_are_missing_or_cut_are_refused(tmp_path: Path) -> None:
    save(heads(), config(), tmp_path)
    weights = tmp_path / WEIGHTS_FILE
    weights.write_bytes(weights.read_bytes()[:50])
    with pytest.raises(Misconfigured, match=f"{WEIGHTS_FILE} is missing"):
        load(tmp_path)
    weights.unlink()
    with pytest.raises(Misconfigured, match=f"{WEIGHTS_FILE} is missing"):
        load(tmp_path)
