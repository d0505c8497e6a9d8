"""Captions say what is known, and how well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.captioner.compose import compose, of_words, revision
from deployments.captioner.labels import Tag
from deployments.types import CaptionSource, Image, Item, Stage, VideoFrame

ONE_IMAGE = Item(images=(Image(data=b"x"),))


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
    ("name", "words"),
    [
        ("orange", "an orange"),
        ("Ibex", "an Ibex"),
        ("cat", "a cat"),
        ("ice cream", "shows ice cream"),
        ("wool", "wool"),
    ],
)
def test_a_name_has_its_article_unless_it_cannot_be_counted(name: str, words: str) -> None:
    assert compose(ONE_IMAGE, [Tag(name, 0.9)], [], 500) == f"The picture shows {words.removeprefix('shows ')}."


def test_several_sure_tags_are_joined_and_two_finer_words_are_enough() -> None:
    tags = [Tag("cat", 0.9, ("tabby", "tiger cat", "lynx")), Tag("sofa", 0.7), Tag("rug", 0.3), Tag("egg", 0.2)]
    assert compose(ONE_IMAGE, tags, [], 500) == (
        "The picture shows a cat (perhaps a tabby or a tiger cat) and a sofa, perhaps also a rug or an egg."
    )


def test_a_page_of_text_is_cut_after_its_start() -> None:
    text = compose(ONE_IMAGE, [], [f"word{n}" for n in range(200)], 4000)
    assert text.startswith("Text in the picture: word0 ")
    assert len(text) < 300


def test_an_item_with_images_and_frames_is_no_video() -> None:
    both = Item(images=(Image(data=b"x"),), frames=(VideoFrame(data=b"y"),))
    assert compose(both, [Tag("cat", 0.9)], [], 500).startswith("The picture shows")


def test_the_revision_follows_the_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    before = revision()
    assert before == revision()
    monkeypatch.setattr("deployments.captioner.compose._SURE", 0.95)
    assert revision() != before


def test_without_pictures_the_caption_is_the_items_own_text_and_says_so() -> None:
    result = of_words(Item(title="A walk", description="Down to the sea.", metadata={"price": "3"}))
    assert (result.caption.text, result.caption.source) == ("A walk. Down to the sea.", CaptionSource.METADATA)
    assert (result.revision.stage, result.revision.kind, result.revision.model) == (Stage.CAPTION, "words", "")
    assert result.revision.prompt_revision
    assert len(of_words(Item(tags=tuple(f"{'tag' * 20}{n}" for n in range(64)))).caption.text) <= 700
