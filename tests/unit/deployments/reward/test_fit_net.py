"""The network of the fit measure on a tiny trunk: who sees whom, and its files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from deployments.errors import Misconfigured
from deployments.reward.fit_net import (
    CONFIG_FILE,
    WEIGHTS_FILE,
    FitConfig,
    FitNet,
    Packed,
    load,
    recalibrate,
    revision_of,
    save,
)
from deployments.reward.grounding import Mark, Repeat

DIM = 16


def config(**changes: object) -> FitConfig:
    return FitConfig.model_validate({"encoder": "m", "dim": DIM, "tuned_from": 1} | changes)


def net(seed: int = 0) -> FitNet:
    torch.manual_seed(seed)
    sizes = {"hidden_size": DIM, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2}
    made = FitNet(BertModel(BertConfig(**sizes, vocab_size=50), add_pooling_layer=False), DIM)
    torch.nn.init.normal_(made.marks.weight)
    return made.eval()


def pack(facts: list[list[int]], copies: list[tuple[int, list[int]]]) -> Packed:
    """Rows of facts, and copies with the number of their row."""
    texts = [*facts, *(ids for _, ids in copies)]
    starts = np.cumsum([0, *(len(ids) for ids in texts)])

    def places(first: int, group: list[list[int]]) -> torch.Tensor:
        longest = max(len(ids) for ids in group)
        return torch.tensor(
            [[starts[first + n] + i if i < len(ids) else -1 for i in range(longest)] for n, ids in enumerate(group)]
        )

    ids = torch.tensor([token for text in texts for token in text])
    return Packed(
        ids=ids,
        marks=torch.stack([ids % len(Mark), len(Mark) + ids % len(Repeat)], dim=1),
        positions=torch.tensor([i for text in texts for i in range(len(text))]),
        facts=places(0, facts),
        copies=places(len(facts), texts[len(facts) :]),
        row=torch.tensor([row for row, _ in copies]),
    )


def logits(made: FitNet, packed: Packed) -> list[float]:
    with torch.inference_mode():
        answers: list[float] = made(packed).tolist()
    return answers


FACTS = [[1, 5, 6, 2], [1, 9, 2]]
COPIES = [(0, [1, 7, 8, 2]), (0, [1, 5, 2]), (1, [1, 7, 8, 2])]


def test_a_copy_is_judged_by_its_facts_and_itself_and_not_by_its_neighbours() -> None:
    made = net()
    together = logits(made, pack(FACTS, COPIES))
    alone = [logits(made, pack([FACTS[row]], [(0, ids)]))[0] for row, ids in COPIES]
    assert together == pytest.approx(alone, abs=1e-5)
    assert len({round(logit, 4) for logit in together}) == 3, "the same copy of another item has another logit"


def test_the_order_of_copies_changes_nothing() -> None:
    made = net()
    assert logits(made, pack(FACTS, COPIES[::-1])) == pytest.approx(logits(made, pack(FACTS, COPIES))[::-1], abs=1e-5)


def test_facts_do_not_see_the_copies() -> None:
    made = net()
    with torch.inference_mode():
        first = made.states(pack(FACTS[:1], [(0, [1, 7, 2])]))[:4]
        other = made.states(pack(FACTS[:1], [(0, [1, 30, 31, 2])]))[:4]
    torch.testing.assert_close(first, other, atol=1e-5, rtol=0)


def test_marks_change_the_logit() -> None:
    made, packed = net(), pack(FACTS[:1], COPIES[:1])
    before = logits(made, packed)
    packed.marks[:, 0] = 0
    assert logits(made, packed) != pytest.approx(before, abs=1e-4)


def test_the_network_counts_up_to_a_ceiling_and_wording_beyond() -> None:
    judged = config(ceiling=1.0, wording=2.0).judged(
        np.array([-3.0, 1.0, 9.0], np.float32), np.array([0.0, 0.5, 1.0], np.float32)
    )
    assert judged.tolist() == [-3.0, 2.0, 3.0]
    assert judged.dtype == np.float32


# --- files ------------------------------------------------------------------------------------------------------------


def test_only_tuned_layers_heads_and_marks_are_saved(tmp_path: Path) -> None:
    save(net(), config(tuned_from=1), tmp_path)
    names = load(tmp_path).weights.keys()
    assert {name.split(".")[0] for name in names} == {"marks", "inner", "outer", "trunk"}
    assert {name.split(".")[3] for name in names if name.startswith("trunk")} == {"1"}


def test_saved_weights_go_into_a_network_of_the_same_trunk(tmp_path: Path) -> None:
    trained, fresh = net(0), net(0)
    for layer in (trained.outer, trained.inner):
        torch.nn.init.normal_(layer.weight)
    packed = pack(FACTS, COPIES)
    save(trained, config(), tmp_path)
    assert logits(fresh, packed) != pytest.approx(logits(trained, packed), abs=1e-2)
    load(tmp_path).into(fresh)
    assert logits(fresh, packed) == pytest.approx(logits(trained, packed), abs=1e-2), "float16 rounds"


@pytest.mark.parametrize("change", [{"tuned_from": 0}, {"tuned_from": 2}])
def test_weights_of_other_layers_are_refused(tmp_path: Path, change: dict[str, int]) -> None:
    save(net(), config(), tmp_path)
    file = tmp_path / CONFIG_FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(Misconfigured, match=f"{WEIGHTS_FILE} does not fit {CONFIG_FILE}"):
        load(tmp_path).into(net())


def test_a_new_calibration_is_a_new_revision_of_the_same_weights(tmp_path: Path) -> None:
    first = save(net(), config(), tmp_path)
    weights = (tmp_path / WEIGHTS_FILE).read_bytes()
    second = recalibrate(tmp_path, {"slope": 2.5, "shift": -1.0})
    assert second != first
    assert second == revision_of(tmp_path) == load(tmp_path).revision
    assert (load(tmp_path).config.slope, load(tmp_path).config.shift) == (2.5, -1.0)
    assert (tmp_path / WEIGHTS_FILE).read_bytes() == weights
    assert {file.name for file in tmp_path.iterdir()} == {CONFIG_FILE, WEIGHTS_FILE}


def test_a_calibration_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=f"no {CONFIG_FILE} in '{tmp_path.name}'"):
        recalibrate(tmp_path, {"slope": 1.0})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slope": 0}, "slope"),
        ({"copy_tokens": 113}, "copy_tokens"),
        ({"facts_tokens": 15}, "facts_tokens"),
        ({"languages": []}, "languages"),
        ({"slop": 1}, "did you mean 'slope'"),
        ({"format_version": 2}, "format_version"),
    ],
)
def test_an_impossible_config_is_named(tmp_path: Path, change: dict[str, object], words: str) -> None:
    save(net(), config(), tmp_path)
    file = tmp_path / CONFIG_FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(Misconfigured, match=f"reward.fit: {CONFIG_FILE}: .*{words}"):
        load(tmp_path)
