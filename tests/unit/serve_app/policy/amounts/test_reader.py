"""A text as claims, with their places."""

from __future__ import annotations

from serve_app.policy.amounts.reader import claims, says


def test_claims_stand_in_their_order_and_name_their_words() -> None:
    text = "On 6 June, 12 choirs sing for under $20"
    found = claims(text, "en")
    assert [(c.subject, text[c.start : c.end]) for c in found] == [
        ("date", "6 June"),
        ("number", "12"),
        ("price", "under $20"),
    ]


def test_a_word_of_a_role_is_found() -> None:
    assert says("Entry is free", "en", "free_words")
    assert not says("Entry is not", "en", "free_words")
