# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The pii rule: addresses, numbers and names by which a person can be reached or known."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.settings import parse
from serve_app.policy import PolicySettings
from serve_app.policy.contacts import AllowedContacts
from tests.unit.serve_app.policy.judge import ITEM, findings

PERSONAL = [
    ("en-US", "Mail ana.ruiz@gmail.com for beans", "pii.email"),
    ("en-US", "Write to ana (at) cafe (dot) com", "pii.email"),
    ("ru-RU", "Пишите ivan собака mail точка ru", "pii.email"),
    ("ru-RU", "Почта: ivan [at] mail dot ru", "pii.email"),
    ("es-ES", "Escribe a ana arroba correo punto es", "pii.email"),
    ("pt-BR", "Mande para ana arroba uol ponto com ponto br", "pii.email"),
    ("ja-JP", "連絡は ａｎａ＠ｃａｆｅ．ｊｐ まで", "pii.email"),
    ("en-US", "More at hxxps://cafe.top/x", "pii.link"),
    ("en-US", "See cafe-now.online today", "pii.link"),
    ("en-US", "Visit bit.ly/3xYz", "pii.link"),
    ("en-US", "Order from cafe dot com", "pii.link"),
    ("ru-RU", "Заходи на кофе.рф", "pii.link"),
    ("ru-RU", "Заходи на кофе точка ру", "pii.link"),
    ("zh-CN", "打开 cafe点com 看看", "pii.link"),
    ("ja-JP", "詳しくはカフェ.jpへ", "pii.link"),
    ("hi-IN", "देखें xn--11b4c3d.in पर", "pii.link"),
    ("en-US", "Call 555-123-4567 now", "pii.phone"),
    ("en-US", "Call (415) 555 0132", "pii.phone"),
    ("en-US", "Call 4 1 5 5 5 5 0 1 3 2", "pii.phone"),
    ("ru-RU", "Звоните 8 (912) 345-67-89", "pii.phone"),
    ("hi-IN", "कॉल करें ९८७६५ ४३२१०", "pii.phone"),
    ("ar-EG", "اتصل على ٠١٠١٢٣٤٥٦٧٨", "pii.phone"),
    ("pt-BR", "Ligue (11) 98765-4321", "pii.phone"),
    ("ja-JP", "お電話は03-1234-5678", "pii.phone"),
    ("zh-CN", "电话138 0013 8000", "pii.phone"),
    ("es-ES", "Llama al 612 34 56 78", "pii.phone"),
    ("en-US", "Paid with 4111 1111 1111 1111", "pii.card"),
    ("es-ES", "Transfiere a ES91 2100 0418 4502 0005 1332", "pii.iban"),
    ("en-US", "Her SSN is 536-22-8741", "pii.identity"),
    ("pt-BR", "O CPF dele é 529.982.247-25", "pii.identity"),
    ("es-ES", "DNI 12345678Z del dueño", "pii.identity"),
    ("zh-CN", "身份证11010519491231002X", "pii.identity"),
    ("hi-IN", "आधार 2341 2341 2346", "pii.identity"),
    ("ru-RU", "Паспорт 4509 123456 хозяина", "pii.identity"),
    ("ja-JP", "マイナンバーは1234 5678 9018", "pii.identity"),
    ("en-US", "He lives at 221 Baker Street", "pii.address"),
    ("es-ES", "Vive en la calle Mayor, 15, 2º B", "pii.address"),
    ("pt-BR", "Mora na Rua das Flores, 123", "pii.address"),
    ("ru-RU", "Живёт на ул. Ленина, д. 5, кв. 12", "pii.address"),
    ("zh-CN", "他家住中山路88号3单元502室", "pii.address"),
    ("ja-JP", "自宅は渋谷区神南1丁目2番3号", "pii.address"),
    ("ar-EG", "يسكن في شارع النيل رقم ١٢ شقة ٤", "pii.address"),
    ("hi-IN", "पता: मकान नंबर 42, गांधी मार्ग", "pii.address"),
    ("zh-CN", "加微信 kafei_8888 领券", "pii.handle"),
    ("ru-RU", "Напишите в телеграм @ivan_coffee", "pii.handle"),
    ("en-US", "DM me @ana.coffee for beans", "pii.handle"),
    ("hi-IN", "पैसे भेजें ana@okicici पर", "pii.handle"),
    ("es-ES", "Escríbeme por Telegram: ana_cafe", "pii.handle"),
]
PLAIN = [
    ("en-US", "ASP.NET and Node.js, e.g. in v1.2.3"),
    ("en-US", "Coffee is ready.Come in"),
    ("en-US", "On 2026-03-02 it opened, 12/31/2025 it closed"),
    ("en-US", "The final: 3-2, 21-19, 15-13"),
    ("en-US", "From 1999-2025 in 3 cities"),
    ("en-US", "Call 911 in an emergency"),
    ("en-US", "It cost $1,234,567.89 in all"),
    ("en-US", "ISBN and 10,000,000 views at 12:30:45"),
    ("en-US", "At 5 Main dishes, 20 Street food stands"),
    ("ru-RU", "С 2019 по 2024 год: 1 250 000 чашек"),
    ("ru-RU", "Собака Ивана и точка на карте"),
    ("es-ES", "La calle Mayor celebra 15 años"),
    ("es-ES", "Llega el punto final a 2026"),
    ("pt-BR", "A rua das Flores tem 3 cafés"),
    ("ja-JP", "2026年3月2日 10:00〜18:00"),
    ("zh-CN", "中山路上的咖啡馆有12个座位"),
    ("hi-IN", "10,00,000 लोगों ने देखा"),
    ("ar-EG", "شارع النيل في ٢٠٢٦"),
]


@pytest.mark.parametrize(("locale", "text", "rule"), PERSONAL)
def test_personal_data_blocks(locale: str, text: str, rule: str) -> None:
    found = findings(body=text, item=ITEM.model_copy(update={"locale": locale}))
    assert rule in {f.rule for f in found if f.severity.rejects}


@pytest.mark.parametrize(("locale", "text"), PLAIN)
def test_plain_text_is_not_personal(locale: str, text: str) -> None:
    found = findings(body=text, item=ITEM.model_copy(update={"locale": locale}))
    assert [(f.rule, f.text) for f in found if f.rule.startswith("pii.") and f.severity.rejects] == []


def test_that_the_item_has_it_grounds_nothing() -> None:
    found = findings(body="Book at www.cafemayor.example.com or +34 600 123 456")
    assert {f.rule for f in found if f.severity.rejects} >= {"pii.link", "pii.phone"}


def test_what_is_allowed_or_the_operators_own_is_none() -> None:
    text = "Book at www.cafemayor.com, a@cafemayor.com or +34 600 123 456"
    names = {"domains": ["cafemayor.com"], "email_domains": ["cafemayor.com"], "phones": ["600123456"]}
    operator = parse(PolicySettings, {"pii": {"allowed": names}}, "policy")
    tenant = AllowedContacts(**names)
    assert _rules(text) == {"pii.link", "pii.email", "pii.phone"}
    assert (
        _rules(text, settings=operator) == _rules(text, tenant_allowed=tenant) == _rules(text, own_words=text) == set()
    )


def test_the_name_of_a_placeholder_is_no_link() -> None:
    assert _rules("Hi {{ user.name }}") == set()
    assert _rules("Hi {{ x | default: 'evil.com' }}") == {"pii.link"}


def _rules(text: str, **fields: Any) -> set[str]:
    return {f.rule for f in findings(body=text, **fields) if f.rule.startswith("pii.")}
