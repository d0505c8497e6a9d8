"""How alike two copies are, and where they are other news."""

from __future__ import annotations

import pytest

from deployments.types import Item
from serve_app.policy.evidence import evidence_of
from serve_app.policy.wording import is_other_news, wording_of


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "The moon meets Saturn", "SATURN meets the moon!"),
        ("ar", "قشّر الثُّوم", "قشر الثوم"),
        ("es", "Pelá ajos 🧄", "pela ajos"),
        ("ru", "Ёлка и снег", "елка, снег"),
        ("en", "1,500 seats", "1500 seats"),
    ],
)
def test_order_marks_case_and_diacritics_change_nothing(language: str, one: str, other: str) -> None:
    first, second = wording_of(one, language), wording_of(other, language)
    assert (first.likeness(second), first.numbers) == (1.0, second.numbers)


def test_endings_change_little_and_other_words_much() -> None:
    text = wording_of("Машины едут через реку", "ru")
    assert text.likeness(wording_of("Машина едет через реки", "ru")) > 0.4
    assert text.likeness(wording_of("Кот спит на крыше", "ru")) < 0.1
    assert wording_of("橋が再開", "ja").likeness(wording_of("猫がいる", "ja")) < 0.1
    assert wording_of("", "en").likeness(wording_of("a", "en")) == 0.0


@pytest.mark.parametrize(
    ("language", "item", "one", "other", "news"),
    [
        ("en", "Tea", "Tea costs 5 euros", "Tea costs 6 euros", True),
        ("en", "Tea", "Tea arrives in Leeds today", "Tea arrives in York today", True),
        ("ru", "Мост открыли", "Сегодня мост открыли", "Сегодня мост закрыли", True),
        ("zh", "北京今天多云", "北京今天多云", "上海今天多云", True),
        ("hi", "कानपुर में बारिश", "कानपुर में बारिश", "जयपुर में बारिश", True),
        ("zh", "砧板", "盐就能搞定", "盐就能解决", False),
        ("en", "Tea", "The tea fixes all", "The tea solves all", False),
        ("en", "Tea", "Tea costs 5 euros", "Tea has a price", False),
    ],
)
def test_other_numbers_names_and_facts_are_other_news(
    language: str, item: str, one: str, other: str, news: bool
) -> None:
    evidence = evidence_of(Item(title=item, locale=language), "")
    assert is_other_news(wording_of(one, language), wording_of(other, language), evidence) is news
