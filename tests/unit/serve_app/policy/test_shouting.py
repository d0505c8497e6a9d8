# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The shouting rule."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item
from serve_app.policy import PolicySettings, check
from tests.unit.serve_app.policy.judge import context, rule_ids

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("COFFEE IS READY NOW", "format.shouting"),
        ("КОФЕ ГОТОВ ПРЯМО СЕЙЧАС", "format.shouting"),
        ("¡VEN YA! ¡NO TE LO PIERDAS!", "format.shouting"),
        ("BUY ONE NOW GET TWO", "format.shouting"),
        ("Come in. EVERY SEAT IS FREE, and the barista pours for everybody who asks", "format.shouting"),
        ("UNBELIEVABLE, no?", "format.shouting"),
        ("Coffee!!!", "format.marks"),
        ("Really?!?", "format.marks"),
        ("Coffee ! ! !", "format.marks"),
        ("真的吗？？？", "format.marks"),
        ("咖啡。。。", "format.marks"),
        ("قهوة؟؟؟", "format.marks"),
        ("¡¡¡Café", "format.marks"),
        ("Coffee,, please", "format.marks"),
        ("Coffee.. please", "format.marks"),
        ("Coffee ❗❗❗", "format.marks"),
        ("Coffee $$$", "format.symbols"),
        ("★★★ coffee", "format.symbols"),
    ],
)
def test_shouting(text: str, code: str) -> None:
    assert code in rule_ids(text)


@pytest.mark.parametrize(
    "text",
    [
        *("NASA and ESA meet over coffee", "Coffee!", "Wait, what?!", "OK GO", f"Coffee for {FAMILY} ☕"),
        *("NASA, ESA, ISS, EVA: your FAQ", "UNICEF, UNESCO: FAQ", "МФЦ, МВД, СНИЛС, ИНН", "ISRO + NASA = NISAR"),
        *("BUMP OF CHICKENもYOASOBIも", "USB-C接口,PLA材料", "شركة IBM وشركة HUAWEI TECHNOLOGIES", "¿¡Café!?"),
        *("咖啡……", "Coffee...", "Coffee ★★★★☆", "「え?!」"),
    ],
)
def test_a_raised_voice_is_no_shouting(text: str) -> None:
    found = check(Copy(title=text), context(), PolicySettings(), only=("shouting",))
    assert found == ()


@pytest.mark.parametrize(
    ("title", "shouted"),
    [("The song LET IT SNOW AGAIN is back", False), ("LET IT SNOW AGAIN", True), ("Let it snow again", True)],
)
def test_a_name_that_the_item_has_in_capitals_is_not_shouted(title: str, shouted: bool) -> None:
    item = Item(title=title, description="It snows.")
    found = check(Copy(title="LET IT SNOW AGAIN is back"), context(item=item), PolicySettings(), only=("shouting",))
    assert bool(found) is shouted
