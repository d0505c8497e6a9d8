"""An item of HTML in words: as if it had been sent in plain text, whoever reads it."""

from __future__ import annotations

import pytest

from deployments.item_text import (
    details_of,
    facts_of,
    given_caption,
    has_alt_text,
    has_words,
    metadata_caption,
    name_of,
)
from deployments.types import Image, Item
from serve_app.policy import PolicyContext
from tests.unit.deployments.test_item_text import PROFILE, TEXTS

# What content systems send, and the same without markup.
SENT = Item(
    title="<h1>Grandma&#039;s gar\u00adden trick</h1>",
    description="<p>Maria&amp;#39;s tomatoes don&39;t need sprays.</p>\n<p>12 beds &lt; 20, R&amp;D says.</p><br/>",
    creator="Ana&nbsp;&amp; Co",
    tags=("caf&eacute;", "<br>", "gar\u200bden"),
    metadata={"price": "4&euro;", "caf&eacute;": "<b>yes</b>"},
    images=(Image(data=b"x", alt_text="A <i>bed</i> of basil"),),
    caption="<p>Maria&#39;s bed</p>",
)
PLAIN = Item(
    title="Grandma's garden trick",
    description="Maria's tomatoes don't need sprays.\n12 beds < 20, R&D says.",
    creator="Ana\u00a0& Co",
    tags=("café", "garden"),
    metadata={"price": "4€", "café": "yes"},
    images=(Image(data=b"x", alt_text="A bed of basil"),),
    caption="Maria's bed",
)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_an_item_is_plain(name: str) -> None:
    text = TEXTS[name]
    assert text(SENT, SENT.caption) == text(PLAIN, PLAIN.caption)


def test_whatever_reads_an_item_reads_plain_text() -> None:
    assert facts_of(SENT, SENT.caption) == facts_of(PLAIN, PLAIN.caption)
    assert (name_of(SENT), given_caption(SENT)) == (PLAIN.title, PLAIN.caption)
    assert details_of(SENT) == {"price": "4€", "caf&eacute;": "yes"}  # by the caller's own keys
    assert has_words(SENT)
    assert has_alt_text(SENT)


def test_a_text_of_markup_alone_is_empty() -> None:
    hollow = Item(
        title="<p>&nbsp;</p>", description="<br>", caption="<!-- -->", tags=("\u00ad",), images=(Image(alt_text="<b>"),)
    )
    assert facts_of(hollow, hollow.caption).facts == facts_of(Item(images=(Image(),)), "").facts
    assert (name_of(hollow), given_caption(hollow), metadata_caption(hollow)) == ("", "", "")
    assert not has_words(hollow)
    assert not has_alt_text(hollow)


def test_a_reference_grounds_no_number() -> None:
    text = PolicyContext.of(item=SENT, caption="", profile=PROFILE).evidence.text
    assert "39" not in text
    assert "12 beds < 20" in text
