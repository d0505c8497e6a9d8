"""Class probabilities become a few tags that say what is known."""

from __future__ import annotations

import numpy as np
import pytest

from deployments.captioner.labels import Label, merge, pick

LABELS = (
    Label(("tabby", "tabby cat"), "cat"),
    Label(("tiger cat",), "cat"),
    Label(("Egyptian cat",), "cat"),
    Label(("missile",)),
    Label(("projectile", "missile")),
    Label(("espresso",)),
    Label(("coffee mug",)),
)


def tags(*shares: float, at_least: float = 0.3) -> list[tuple[str, tuple[str, ...]]]:
    row = np.zeros(len(LABELS), np.float32)
    row[: len(shares)] = shares
    return [(t.name, t.finer) for t in pick(row, LABELS, at_least, 3)]


def test_kinds_of_one_animal_are_one_sure_tag() -> None:
    assert tags(0.2, 0.38, 0.36) == [("cat", ("tiger cat", "Egyptian cat", "tabby"))]
    assert tags(0.02, 0.05, 0.8) == [("cat", ("Egyptian cat",))]


def test_two_names_of_one_thing_are_one_tag() -> None:
    assert tags(0, 0, 0, 0.3, 0.2) == [("missile", ())]


def test_weak_tags_are_dropped() -> None:
    assert tags(0, 0, 0, 0, 0, 0.9, 0.05) == [("espresso", ())]
    assert tags(*[0.1] * 2) == []


def test_frames_are_averaged_and_images_are_not() -> None:
    rows = np.array([[0.9, 0.1], [0.1, 0.9]], np.float32)
    none = rows[:0]
    assert merge(none, rows).tolist() == pytest.approx([0.5, 0.5])
    assert merge(rows, none).tolist() == pytest.approx([0.9, 0.9])


def test_the_likeliest_tags_come_first_and_no_more_than_asked_for() -> None:
    row = np.array([0, 0, 0, 0, 0, 0.4, 0.5], np.float32)
    assert [tag.name for tag in pick(row, LABELS, 0.3, 3)] == ["coffee mug", "espresso"]
    assert [tag.name for tag in pick(row, LABELS, 0.3, 1)] == ["coffee mug"]
    assert pick(row, LABELS, 0.3, 0) == ()


def test_the_shares_of_one_word_add_up_to_certainty_at_most() -> None:
    (tag,) = pick(np.array([0.6, 0.6, 0.1, 0, 0, 0, 0], np.float32), LABELS, 0.3, 3)
    assert (tag.name, tag.probability) == ("cat", 1.0)


def test_a_class_too_weak_to_name_still_adds_its_share() -> None:
    (tag,) = pick(np.array([0.28, 0.05, 0, 0, 0, 0, 0], np.float32), LABELS, 0.3, 3)
    assert (tag.name, tag.finer) == ("cat", ("tabby",))
    assert tag.probability == pytest.approx(0.33)


def test_the_frames_of_a_video_are_one_row_beside_its_images() -> None:
    images, frames = np.array([[0.2, 0.0]], np.float32), np.array([[0.0, 0.6], [0.0, 0.2]], np.float32)
    assert merge(images, frames).tolist() == pytest.approx([0.2, 0.4])
