from __future__ import annotations

from deployments.language_names import language_name


def test_a_language_has_its_english_name_or_else_its_tag() -> None:
    assert language_name("pt") == "Portuguese"
    assert language_name("xx") == "the language 'xx'"
