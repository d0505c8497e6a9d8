"""Fitting on a planted signal: what can be learned is, and the spread is wide where nothing was learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from deployments.errors import Misconfigured
from deployments.reward import heads as files
from deployments.reward.heads import GUARDS
from deployments.reward.text import FEATURES, LENGTH
from training import evaluate
from training.arms import BadArms
from training.fit import Features, Fit, Recipe, _corrections, bootstrap, fit, logistic
from training.pairs import Pairs, make

DIM = 12
RECIPE = Recipe(members=6, ridges=(10.0, 100_000.0), directions=DIM)


@pytest.fixture(scope="module")
def planted() -> tuple[Features, Pairs, pd.DataFrame]:
    """600 tests of 3 arms: clicks follow the first coordinate, longer copies have more of it; perturbing adds to it.

    The last coordinate says whether a copy was perturbed.
    """
    draw = np.random.default_rng(1)
    copies = draw.normal(size=(1800, DIM)).astype(np.float32)
    copies[:, -1] *= 0.1
    surface = np.zeros((1800, len(FEATURES)))
    surface[:, FEATURES.index(LENGTH)] = 2.5 + 0.05 * copies[:, 0] + 0.2 * draw.normal(size=1800)
    rate = 1 / (1 + np.exp(3.5 - 0.4 * copies[:, 0]))
    perturbed = copies.copy()
    perturbed[:, 0] += 1
    perturbed[:, -1] += 3
    tests = np.repeat(np.arange(600), 3)
    arms = pd.DataFrame(
        {
            "test_id": tests, "text": [f"copy {i}" for i in range(1800)], "image_id": "",
            "impressions": 3000, "clicks": draw.binomial(3000, rate), "cluster": tests, "fold": tests % 10,
        }
    )  # fmt: skip
    rows = np.arange(1800)
    features = Features(
        texts=np.concatenate([copies, perturbed]),
        surface=np.concatenate([surface, surface]),
        tokens=np.tile(10 + tests % 7, 2),
        folds=np.tile(tests % 10, 2),
        plain=np.repeat([True, False], 1800),
        guarded={"repeated": rows + 1800},
        taught=np.stack([rows, rows + 1800], axis=1),
        ties=np.stack([rows, np.roll(rows, 1)], axis=1),
    )
    return features, make(arms), arms


@pytest.fixture(scope="module")
def fitted(planted: tuple[Features, Pairs, pd.DataFrame]) -> Fit:
    features, pairs, _ = planted
    return fit(features, pairs.in_folds((4, 5, 6, 7, 8, 9)), RECIPE)


def logits(fitted: Fit, inputs: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return fitted.heads(torch.as_tensor(inputs, dtype=torch.float32)).numpy()


def test_the_planted_signal_is_found_on_tests_left_out(planted: tuple, fitted: Fit) -> None:
    features, pairs, arms = planted
    scores = logits(fitted, features.texts)
    report = evaluate.evaluate(scores.mean(1), scores.std(1), fitted.calibration, pairs.in_folds((0, 1)), arms)
    assert report["significant_pairs_accuracy"] > 0.95
    assert report["calibration_error"] < 0.1
    assert fitted.ridge == 10.0
    assert fitted.ridge_losses[10.0] < fitted.ridge_losses[100_000.0] < np.log(2)


def test_crossfitted_rewards_are_as_good_as_rewards_of_unseen_tests(planted: tuple, fitted: Fit) -> None:
    _, pairs, arms = planted
    train = pairs.in_folds((4, 5, 6, 7, 8, 9))
    crossfit = evaluate.evaluate(fitted.crossfit_mean, fitted.crossfit_spread, fitted.calibration, train, arms)
    assert crossfit["significant_pairs_accuracy"] > 0.9


def test_length_decides_nothing_between_copies_that_say_the_same(planted: tuple, fitted: Fit) -> None:
    features, _, _ = planted
    ties = features.ties[np.isin(features.folds[features.ties], (4, 5, 6, 7, 8, 9)).all(1)]
    longer = features.surface[ties[:, 0], FEATURES.index(LENGTH)] - features.surface[ties[:, 1], FEATURES.index(LENGTH)]
    better = fitted.crossfit_mean[ties[:, 0]] - fitted.crossfit_mean[ties[:, 1]]
    assert fitted.length_slopes[0] > 0.05
    assert fitted.numbers["corrections"][LENGTH] == pytest.approx(-fitted.length_slopes[0], abs=1e-4)
    assert abs(longer @ better / (longer @ longer)) < 0.05


def test_perturbed_copies_pay_and_honest_ones_do_not(planted: tuple, fitted: Fit) -> None:
    features, _, _ = planted
    guards = fitted.heads.guards(torch.as_tensor(features.texts)).detach().numpy()[:, GUARDS.index("repeated")]
    tamper, perturbed = guards[:1800], guards[1800:]
    limit = fitted.numbers["guards"]["repeated"]["limit"]
    assert (tamper > limit).mean() < 0.03
    assert (perturbed > limit).mean() > 0.95


def test_the_distance_grows_far_from_the_training_copies(planted: tuple, fitted: Fit) -> None:
    features, _, _ = planted
    copies = features.texts[:1800]
    stretch = np.exp(fitted.numbers["distance_by_tokens"] * np.log1p(features.tokens[:1800]))
    near = fitted.heads.distance(torch.as_tensor(copies)).numpy()
    far = fitted.heads.distance(torch.as_tensor(copies * 4)).numpy() / stretch
    assert near.mean() == pytest.approx(1, abs=0.1)
    assert (far > fitted.numbers["typical_distance"]).mean() > 0.95
    assert logits(fitted, copies * 5).std(1).mean() > 2 * logits(fitted, copies).std(1).mean()


def test_each_head_draws_whole_clusters() -> None:
    drawn = bootstrap(np.array([7, 7, 8, 9, 9, 9]), heads=3, seed=0)
    assert drawn.shape == (6, 3)
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[3] == drawn[5]).all()


def test_the_regression_has_the_known_optimum() -> None:
    """One input of 1 and a label of 0.8 that weighs 100: the margin is logit(0.8), less what the ridge costs."""
    from scipy.sparse import csr_matrix

    weights = logistic(
        np.ones((1, 1), np.float32), csr_matrix([[1.0]]), np.array([0.8]), np.array([[100.0]]), ridge=1e-6
    )
    assert weights[0, 0] == pytest.approx(np.log(4), abs=1e-3)


def test_saved_heads_come_back_the_same(tmp_path: Path, fitted: Fit, planted: tuple) -> None:
    config = files.RewardConfig(encoder="none", max_length=16, **fitted.numbers)
    revision = files.save(fitted.heads, config, tmp_path)
    again, inputs = files.load(tmp_path), torch.as_tensor(planted[0].texts[:5])
    assert torch.equal(again.heads(inputs), fitted.heads(inputs))
    assert again.config == config
    assert again.revision == files.revision_of(tmp_path) == revision
    assert {p.name for p in tmp_path.iterdir()} == {files.CONFIG_FILE, files.WEIGHTS_FILE}
    (tmp_path / files.WEIGHTS_FILE).unlink()
    with pytest.raises(Misconfigured, match="missing"):
        files.load(tmp_path)


def test_a_handful_of_copies_is_refused(planted: tuple) -> None:
    features, pairs, _ = planted
    with pytest.raises(BadArms, match="30 copies to train on; 100 are the fewest"):
        fit(features, pairs.where(np.isin(pairs.test, range(10))), RECIPE)


def test_a_small_log_does_not_make_every_copy_infinitely_uncertain(planted: tuple) -> None:
    features, pairs, _ = planted
    small = fit(features, pairs.where(pairs.test < 50), RECIPE)
    assert small.crossfit_spread.max() < 3 * small.crossfit_mean.std()
    assert small.numbers["widest"] == pytest.approx(small.crossfit_mean[:150].std(), abs=1e-3)


def test_styles_are_corrected_only_where_they_are_overrated_beyond_doubt() -> None:
    """Questions are clicked less than the rewards say, numbers more: the first is a deduction, the second no bonus."""
    draw = np.random.default_rng(2)
    values = np.zeros((2000, len(FEATURES)))
    values[:, FEATURES.index("question")] = np.tile([1, 0, 0, 0], 500)
    values[:, FEATURES.index("number")] = np.tile([0, 1, 0, 0], 500)
    rate = 0.03 * np.exp(-0.8 * values[:, FEATURES.index("question")] + 0.8 * values[:, FEATURES.index("number")])
    tests = np.repeat(np.arange(500), 4)
    arms = pd.DataFrame(
        {
            "test_id": tests, "text": [f"copy {i}" for i in range(2000)], "image_id": "", "impressions": 4000,
            "clicks": draw.binomial(4000, rate), "cluster": tests, "fold": tests % 10,
        }
    )  # fmt: skip
    slopes, gaps, corrections = _corrections(
        draw.normal(size=2000), np.full(2000, 0.1), make(arms), values, np.empty((0, 2), np.int64)
    )
    assert slopes == (0, 0)
    assert gaps["number"]["gap"] > 2 * gaps["number"]["se"]
    assert corrections["number"] == corrections["quote"] == 0
    assert corrections["question"] == gaps["question"]["gap"] < 0
