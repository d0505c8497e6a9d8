"""Settings and knobs of the reward scorer that are refused."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.settings import parse


@pytest.mark.parametrize("key", ["model_revision", "shadow_revision"])
@pytest.mark.parametrize("revision", ["latest", "0123456789AB", "0123456789a", "0123456789abc", " "])
def test_a_revision_is_twelve_hexadecimal_digits(key: str, revision: str) -> None:
    with pytest.raises(Misconfigured, match=key):
        parse(RewardKnobs, {"shadow": "x", key: revision}, "user_config")
    assert parse(RewardKnobs, {"shadow": "x", key: "0123456789ab"}, "user_config")


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"shadow_revision": "0123456789ab"}, "shadow_revision is given without shadow"),
        ({"model": ""}, "model"),
        ({"shadow": ""}, "shadow"),
        ({"shadow_share": 1.1}, "shadow_share"),
        ({"batching": {"lookahead": 0}}, r"batching\.lookahead"),
    ],
)
def test_impossible_knobs_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"user_config: .*{words}"):
        parse(RewardKnobs, impossible, "user_config")


@pytest.mark.parametrize(
    ("impossible", "words"), [({"model": ""}, "model"), ({"fit": ""}, "fit"), ({"threads": 0}, "threads")]
)
def test_impossible_settings_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"args: {words}"):
        parse(RewardSettings, impossible, "args")


def test_a_scorer_may_have_no_fit_measure() -> None:
    assert parse(RewardSettings, {"fit": None}, "args").fit is None
