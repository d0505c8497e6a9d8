"""Chinese terms in which Latin letters stand for a character."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import ITEM, findings


def blocked(text: str, locale: str) -> set[str]:
    item = ITEM.model_copy(update={"locale": locale})
    return {f.rule for f in findings(body=text, item=item) if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("zh-CN", "全网zui低价,现在下单"),
        ("zh-CN", "全国di一品牌"),
        ("zh-CN", "全网z低价"),
        ("zh-CN", "guo家级品质"),
    ],
)
def test_hidden_character(locale: str, text: str) -> None:
    assert blocked(text, locale) & {"terms.legal"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("zh-CN", "iPhone第一次降价"),
        ("zh-CN", "K歌之王今晚开唱"),
    ],
)
def test_no_hidden_character(locale: str, text: str) -> None:
    assert not blocked(text, locale) & {"terms.legal"}
