"""Settings and knobs of the `tags` captioner that are refused."""

from __future__ import annotations

import pytest

from deployments.captioner.settings import TagsCaptionerSettings, TagsKnobs
from deployments.errors import Misconfigured
from deployments.settings import parse


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"min_probability": 1.5}, "min_probability"),
        ({"max_tags": -1}, "max_tags"),
        ({"ocr": "sometimes"}, "ocr: .*'auto', 'always' or 'never'"),
        ({"max_frames": 0}, "max_frames"),
        ({"max_chars": 79}, "max_chars"),
        ({"batching": {"max_batch_items": 0}}, r"batching\.max_batch_items"),
        ({"max_tag": 3}, "did you mean 'max_tags'"),
    ],
)
def test_impossible_knobs_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"user_config: .*{words}"):
        parse(TagsKnobs, impossible, "user_config")


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"kind": "vlm"}, "kind"),
        ({"threads": 0}, "threads"),
        ({"workers": 0}, "workers"),
        ({"max_waiting": -1}, "max_waiting"),
        ({"max_image_side": 223}, "max_image_side"),
        ({"decoder": {"processes": 0}}, r"decoder\.processes"),
    ],
)
def test_impossible_settings_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"args: .*{words}"):
        parse(TagsCaptionerSettings, impossible, "args")


def test_a_tagger_may_name_nothing_and_a_queue_may_be_of_no_length() -> None:
    assert parse(TagsKnobs, {"max_tags": 0, "min_probability": 1}, "x").max_tags == 0
    assert parse(TagsCaptionerSettings, {"max_waiting": 0}, "x").max_waiting == 0


def test_batches_of_pictures_are_small_until_an_operator_says_otherwise() -> None:
    """A picture is one token here, so the default of the text stages would put a thousand into one batch."""
    assert TagsKnobs().batching.max_batch_items < 16
