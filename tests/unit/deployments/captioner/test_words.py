"""Tags and captions say what is known, and how well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.captioner.compose import compose
from deployments.captioner.labels import Label, Tag, merge, pick
from deployments.captioner.ocr import _line
from deployments.types import Image, Item, VideoFrame

LABELS = (
    Label(("tabby", "tabby cat"), "cat"),
    Label(("tiger cat",), "cat"),
    Label(("Egyptian cat",), "cat"),
    Label(("missile",)),
    Label(("projectile", "missile")),
    Label(("espresso",)),
    Label(("coffee mug",)),
)
ONE_IMAGE = Item(images=(Image(data=b"x"),))


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


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.95, "The picture shows an espresso."), (0.7, "The picture probably shows"), (0.4, "The picture may show")],
)
def test_a_claim_is_as_strong_as_its_evidence(share: float, words: str) -> None:
    assert words in compose(ONE_IMAGE, [Tag("espresso", share)], [], 500)


def test_a_weaker_tag_beside_a_sure_one_stays_a_guess() -> None:
    text = compose(ONE_IMAGE, [Tag("cat", 0.9, ("tabby",)), Tag("sofa", 0.4)], [], 500)
    assert text == "The picture shows a cat (perhaps a tabby), perhaps also a sofa."


def test_a_guess_gives_way_to_the_authors_description() -> None:
    described = Item(images=(Image(data=b"x", alt_text="A rocket lifts off"),))
    assert compose(described, [Tag("missile", 0.5)], [], 500) == "A rocket lifts off."
    assert compose(described, [Tag("missile", 0.7)], [], 500).startswith("The picture probably shows a missile.")


def test_a_sentence_over_several_lines_is_one() -> None:
    text = compose(ONE_IMAGE, [], ["Let us determine markers of the coins and the", "background.", "MENU"], 500)
    assert text == "Text in the picture: Let us determine markers of the coins and the background. / MENU."


def test_everything_known_is_said_once() -> None:
    item = Item(
        title="Morning coffee",
        description="Morning coffee.",
        creator="Ana",
        tags=("coffee", "#barista", "Barista", "espresso"),
        images=(Image(data=b"x", alt_text="Morning coffee"), Image(data=b"y", alt_text="A cup on a table")),
    )
    text = compose(item, [Tag("espresso", 0.9)], ["OPEN DAILY", "Calle Mayor"], 500)
    assert text == (
        "One of the pictures shows an espresso. Text in the picture: OPEN DAILY / Calle Mayor. A cup on a table. "
        "Morning coffee (by Ana). Topics: barista."
    )


def test_without_pictures_nothing_is_claimed_of_any() -> None:
    text = compose(
        Item(title="A short walk", description="Down to the sea. And back.", tags=("walk", "sea")), [], [], 500
    )
    assert text == "A short walk. Down to the sea. And back."


def test_a_video_is_called_one() -> None:
    item = Item(frames=(VideoFrame(data=b"x"),))
    assert compose(item, [Tag("cat", 0.9)], [], 500) == "The video shows a cat."


def test_a_caption_brings_no_numbers_of_its_own() -> None:
    text = compose(ONE_IMAGE, [Tag("cat", 0.93, ("tabby",)), Tag("sofa", 0.41)], [], 500)
    assert not any(c.isdigit() for c in text)


@given(st.text(max_size=300), st.text(max_size=2000), st.lists(st.text(max_size=60), max_size=5), st.integers(80, 300))
def test_a_caption_never_exceeds_its_length(title: str, description: str, lines: list[str], limit: int) -> None:
    assert len(compose(Item(title=title, description=description), [Tag("cat", 0.9)], lines, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "line"), [("OPEN  DAILY", "OPEN DAILY"), ("8", ""), ("/-|_~ .a", ""), ("咖啡店", "咖啡店")]
)
def test_stray_marks_are_no_text(text: str, line: str) -> None:
    assert _line(text) == line
