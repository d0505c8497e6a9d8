"""The words of others are blanked, and places stay."""

from __future__ import annotations

import pytest

from serve_app.policy.quotations import own_words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Er sagt: „Let it be“ heute", "Er sagt: heute"),
        ("Vuelve «La vita è bella» hoy", "Vuelve hoy"),
        ("今夜「Let It Be」を聴く", "今夜 を聴く"),
        ('He said "hasta la vista" again', "He said again"),
        ("See 'Das Boot' in it's own cinema", "See in it's own cinema"),
        ("Hi {{ first_name }}, see https://example.com/de/neu now", "Hi , see now"),
        ("Läuft heute: #throwbackthursday mit @the_band", "Läuft heute: mit"),
        ("It's Ana's café", "It's Ana's café"),
        ("“Hasta la vista”", ""),
    ],
)
def test_words_of_others_are_blanked(text: str, left: str) -> None:
    assert " ".join(own_words(text).split()) == left
    assert len(own_words(text)) == len(text)


def test_a_long_text_that_is_all_quoted_stays() -> None:
    text = "“Las mejores recetas para esta noche ya están aquí y son gratis”"
    assert own_words(text) == text
