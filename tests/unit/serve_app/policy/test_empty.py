"""The empty rule: requested fields have words of their own."""

from __future__ import annotations

import pytest

from deployments.types import OutputField
from tests.unit.serve_app.policy.judge import ITEM, rule_ids


@pytest.mark.parametrize("text", ["   ", "...", "!!", "🎉", "—"])
def test_a_field_without_words_is_empty(text: str) -> None:
    assert "format.empty" in rule_ids(text, "Come and smell the espresso.", output_fields=tuple(OutputField))


def test_only_the_fields_asked_for_must_be_there() -> None:
    assert "format.empty" in rule_ids("Morning coffee", "", output_fields=tuple(OutputField))
    assert rule_ids("Morning coffee", "", output_fields=(OutputField.TITLE,)) == set()


@pytest.mark.parametrize("text", ["title", "Title.", "[body]", "Headline", "N/A", "null", "Your title here"])
def test_a_placeholder_is_no_copy(text: str) -> None:
    assert "format.test_text" in rule_ids(text)


def test_a_placeholder_word_may_be_the_items_own_title() -> None:
    assert rule_ids("Headline", item=ITEM.model_copy(update={"title": "Headline"})) == set()


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        *(("en", t) for t in ("Test push, please ignore", "test 123", "TODO: write it", "xxxx", "Insert title here")),
        *(("es", t) for t in ("Prueba", "Texto de ejemplo", "Notificación de prueba", "lorem ipsum")),
        *(("pt", t) for t in ("Teste 1", "Favor ignorar", "Insira o título aqui")),
        *(("ru", t) for t in ("тест", "Тестовое уведомление", "Это просто тест")),
        *(("zh", t) for t in ("测试", "测试推送", "请输入标题", "請忽略")),
        *(("ja", t) for t in ("テストです", "テスト配信", "タイトルを入力", "プレースホルダー")),
        *(("hi", t) for t in ("टेस्ट", "यह टेस्ट संदेश", "कृपया अनदेखा करें")),
        *(("ar", t) for t in ("اختبار", "إشعار تجريبي", "يرجى التجاهل")),
    ],
)
def test_a_test_is_no_copy(locale: str, text: str) -> None:
    assert "format.test_text" in rule_ids(text, item=ITEM.model_copy(update={"locale": locale}))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "A test of taste"),
        ("es", "TODO - el café en un libro"),
        ("ru", "Тест на внимание"),
        ("zh", "测试你的味觉"),
        ("ja", "明日はテストです"),
        ("hi", "टेस्ट मैच कल"),
        ("ar", "اختبار جديد للقهوة"),
    ],
)
def test_a_test_may_be_the_subject(locale: str, text: str) -> None:
    assert "format.test_text" not in rule_ids(text, item=ITEM.model_copy(update={"locale": locale}))
