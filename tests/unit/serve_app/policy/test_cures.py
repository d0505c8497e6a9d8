"""Miracle cures."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import ITEM, findings


def blocked(text: str, locale: str) -> set[str]:
    item = ITEM.model_copy(update={"locale": locale})
    return {f.rule for f in findings(body=text, item=item) if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("hi", "डायबिटीज़ 15 दिन में जड़ से ख़त्म"),
        ("hi", "गठिया 7 दिनों में ठीक"),
        ("en", "Cure your diabetes in 15 days"),
        ("en", "Arthritis gone for good"),
        ("es", "Adiós diabetes en 15 días"),
        ("es", "Cura la artritis de raíz"),
        ("pt", "Diabetes curada em 15 dias"),
        ("ru", "Избавит от диабета за 15 дней"),
        ("ru", "Псориаз исчезнет навсегда"),
        ("ar", "علاج السكري نهائيا خلال 15 يوما"),
        ("ar", "وداعا السكري في 7 أيام"),
        ("ja", "糖尿病が15日で完治"),
        ("zh", "15天根治糖尿病"),
        ("zh", "痛风一个疗程彻底根除"),
    ],
)
def test_miracle_cure(locale: str, text: str) -> None:
    assert blocked(text, locale) & {"terms.banned"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Talk on diabetes in 3 weeks"),
        ("es", "Charla sobre la diabetes en 15 días"),
        ("ru", "Лекция о диабете пройдёт за 2 дня до выставки"),
        ("hi", "डायबिटीज़ पर 15 दिन में दो चर्चा"),
        ("ja", "糖尿病の教室、15日で終了"),
        ("zh", "糖尿病讲座7天后开讲"),
        ("pt", "Doar em 3 dias: campanha contra o câncer"),
        ("es", "La lucha contra el cáncer acaba en 3 días su campaña"),
        ("ru", "Рак мозга: как избавиться от страха навсегда"),
    ],
)
def test_no_miracle_cure(locale: str, text: str) -> None:
    assert not blocked(text, locale) & {"terms.banned"}
