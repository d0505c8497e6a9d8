# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""A quotation that its speaker breaks may be joined."""

from __future__ import annotations

import time

import pytest

from serve_app.policy.broken_quotations import interjections
from serve_app.policy.utterance import Utterances

JOINED = [
    (
        "“We lost the barn,” farmer Ruth Amberley said after Monday's fire, “but not one cow.”",
        "We lost the barn but not one cow",
    ),
    ("'We lost it’, she says, ‘but not one cow.’", "We lost it but not one cow"),
    ('"We lost the barn," she added, "but not one cow."', "We lost the barn but not one cow"),
    ("«Perdimos el granero», dijo la ganadera, «pero ni una vaca».", "Perdimos el granero pero ni una vaca"),
    ("—Perdimos el granero —dijo la ganadera— pero ni una vaca.", "Perdimos el granero pero ni una vaca"),
    ("“Perdemos o celeiro”, disse a dona, “mas nem uma vaca.”", "Perdemos o celeiro mas nem uma vaca"),
    ("«Мы потеряли амбар, — сказала хозяйка, — но ни одной коровы».", "Мы потеряли амбар но ни одной коровы"),
    ("«خسرنا الحظيرة»، قالت صاحبة المزرعة، «لكن الأبقار بخير»", "خسرنا الحظيرة لكن الأبقار بخير"),
    ("“हमने खलिहान खोया,” मालकिन ने कहा, “लेकिन गायें बच गईं।”", "हमने खलिहान खोया लेकिन गायें बच गईं"),
    ("「納屋は失いました」と農家の森さんは話し、「でも牛は無事です」", "納屋は失いましたでも牛は無事です"),
    ("“我们失去了谷仓，”农场主邓女士说，“但牛都平安。”", "我们失去了谷仓但牛都平安"),
]
APART = [
    ("“We lost the barn,” nobody said, “but not one cow.”", "We lost the barn but not one cow"),
    ("She read “The Barn”, a novel, and “Not One Cow”.", "The Barn Not One Cow"),
    ("“We lost the barn,” she said, “but not one cow.”", "We lost the barn and one cow"),
    ("“Perdimos el granero”, dijo ella, “pero ni una vaca”.", "Perdimos el granero pero una vaca"),
    ("«Мы потеряли амбар, — сказала она, — но ни одной коровы».", "Мы потеряли корову"),
]


@pytest.mark.parametrize(("item", "quoted"), JOINED)
def test_the_words_that_a_speaker_breaks_may_be_joined(item: str, quoted: str) -> None:
    assert Utterances(item).place(quoted) is not None


@pytest.mark.parametrize(("item", "quoted"), APART)
def test_other_words_are_not_said(item: str, quoted: str) -> None:
    assert Utterances(item).place(quoted) is None


def test_the_place_is_that_of_the_item() -> None:
    item = "Fire: " + JOINED[0][0]
    assert Utterances(item).place(JOINED[0][1]) == item.index("We")


@pytest.mark.parametrize("text", ['"', '" ', "—", "— a", '" a said', "”said“", "「と「"])
def test_a_text_of_marks_takes_no_time(text: str) -> None:
    start = time.monotonic()
    list(interjections(text * (50_000 // len(text))))
    assert time.monotonic() - start < 2
