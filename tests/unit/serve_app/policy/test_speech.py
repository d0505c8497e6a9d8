# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""What a copy has somebody say."""

from __future__ import annotations

import pytest

from serve_app.policy.speech import speech


def spoken(text: str) -> list[str]:
    return [one.text for one in speech(text, 3, is_person={"Ana", "هدى", "田中"}.__contains__)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“We roast it all”", "We roast it all"),
        ("“I quit”", "I quit"),
        ("«Тишину слушаю», — сказал он", "Тишину слушаю"),
        ("Ana: “so tired”", "so tired"),
        ("—Ganamos otra vez —dijo", "Ganamos otra vez"),
        ("Ana: I sleep at last", "I sleep at last"),
        ("Ana says: sleep comes at last", "sleep comes at last"),
        ("Ana told the paper: sleep comes at last", "sleep comes at last"),
        ("»Ich gehe nie wieder«, sagt Ana", "Ich gehe nie wieder"),
        ("هدى: تعبت من السفر", "تعبت من السفر"),
        ("‘That's Ana's turn now’", "That's Ana's turn now"),
        ("「明日また来ます」", "明日また来ます"),
        ("“Left open at the end", "Left open at the end"),
    ],
)
def test_speech_is_found_in_every_form(text: str, words: str) -> None:
    assert spoken(text) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "The “sea whisperer” is back",
        "Soup: my way in ten minutes",
        "Ana: the baker of the year",
        "El café — siempre — caliente",
        "{{name | default: 'my dear friend'}}, hello",
        "Ana says yes: fry it dark and hot",
        "So we tell it once: a night at sea",
        "Der »Fjord« gewinnt am Abend wieder",
        "夏の「影」",
        'A 24" screen for the whole family',
        "Don't stop, it's Ana's",
    ],
)
def test_nicknames_labels_and_dashes_are_no_speech(text: str) -> None:
    assert spoken(text) == []
