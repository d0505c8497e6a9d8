"""Verbs of Spanish and Portuguese, suffixes of Turkish and Finnish: of the text's language only."""

from __future__ import annotations

import pytest

from serve_app.policy.conjugation import of_language


@pytest.mark.parametrize(
    ("language", "word", "form"),
    [
        ("es", "apostar", "apostarlo"),
        ("es", "apostar", "apuesta"),
        ("es", "apostar", "apueste"),
        ("es", "apostar", "apostaréis"),
        ("es", "apostar", "apostando"),
        ("es", "jugar", "juegue"),
        ("es", "jugar", "jugué"),
        ("es", "vender", "vendieron"),
        ("es", "invertir", "invierte"),
        ("es", "tonto", "tontas"),
        ("pt", "apostar", "apostem"),
        ("pt", "apostar", "apostálo"),
        ("pt", "ganhar", "ganharás"),
        ("pt", "vender", "venderam"),
        ("pt", "burro", "burras"),
        ("tr", "kumar", "kumarin"),  # folded
        ("tr", "kitap", "kitabi"),
        ("tr", "bahis", "bahislerin"),
        ("tr", "ödül", "ödülünüz"),
        ("fi", "kasino", "kasinolla"),
        ("fi", "lotto", "loton"),
        ("fi", "ilmainen", "ilmaiset"),
    ],
)
def test_a_form_of_the_language(language: str, word: str, form: str) -> None:
    assert form in set(of_language(word, language))
    assert form not in set(of_language(word, "en"))


@pytest.mark.parametrize(
    ("language", "word", "other"),
    [
        ("es", "ganar", "ganas"),
        ("es", "solar", "solo"),
        ("es", "celular", "celula"),
        ("es", "libro", "libra"),
        ("es", "poker", "poke"),
        ("pt", "ganhar", "ganho"),
        ("pt", "conto", "conta"),
        ("tr", "at", "ata"),
        ("fi", "kala", "kalajoki"),
    ],
)
def test_another_word_is_none(language: str, word: str, other: str) -> None:
    assert other not in set(of_language(word, language))
