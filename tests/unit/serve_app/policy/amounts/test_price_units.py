"""What prices are for: a copy may leave it out, but not change it."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import time

import pytest

from deployments.types import Item
from tests.unit.serve_app.policy.judge import findings


def blocked(locale: str, item: str, body: str, **metadata: str) -> set[str]:
    found = findings(body=body, item=Item(title=item, locale=locale, metadata=metadata))
    return {f.rule for f in found if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("zh", "双人套餐98元", "双人套餐,人均98元"),
        ("en", "Dinner for two at $98", "Just $98 per person"),
        ("es", "Menú para dos por 98 €", "98 € por persona"),
        ("pt", "Menu para dois por R$ 98", "R$ 98 por pessoa"),
        ("ru", "Ужин на двоих за 980 ₽", "980 ₽ с человека"),
        ("ja", "ペアディナー9800円", "お一人様9800円"),
        ("hi", "दो लोगों का भोजन ₹980", "₹980 प्रति व्यक्ति"),
        ("ar", "عشاء لشخصين 98 ريالا", "98 ريالا للشخص"),
        ("en", "Dinner for two: $98 in all", "$98 each, wine included"),
        ("en", "Dinner for two at $98", "$98 p.p."),
        ("en", "Streaming for $9.99 a month", "All shows for $9.99 a year"),
        ("en", "$10/month or $100/year", "Only $10 a year"),
        ("es", "La cuota es de 5 € al mes", "Todo el año por 5 € al año"),
        ("pt", "Plano de R$ 30 por mês", "Só R$ 30 por ano"),
        ("ru", "Подписка 299 ₽ в месяц", "299 ₽ в год"),
        ("zh", "会员98元/月", "每年98元"),
        ("ja", "月額980円", "年額980円"),
        ("hi", "सदस्यता ₹199 प्रति माह", "₹199 प्रति वर्ष"),
        ("ar", "الاشتراك 30 ريالا شهريا", "30 ريالا سنويا"),
        ("es", "Menú para dos por 98 €", "98 € cada uno"),
        ("pt", "Menu para dois por R$ 98", "R$ 98 cada um"),
        ("ja", "ペアディナー9800円", "各9800円"),
        ("zh", "双人套餐98元", "每位98元"),
        ("en", "Cherries at $6 a kilo", "Cherries: $6 a pound"),
        ("en", "Cabin from $120 per night", "A cabin for $120 a week"),
        ("en", "Lunch $12 per person", "Lunch for two at $12"),
        ("en", "Parking $3 an hour, $15 a day", "Parking $3 a day"),
        ("en", "Pasta class: $70 per couple", "$70 per person"),
        ("es", "Alquiler de bici: 3 €/hora", "Bici a 3 € al día"),
        ("pt", "Diária de R$ 200 para dois", "R$ 200 por pessoa"),
        ("ru", "Номер на двоих 5000 ₽ в сутки", "5000 ₽ с человека в сутки"),
        ("ja", "二人で9800円のコース", "一人9800円"),
        ("zh", "草莓每斤15元", "草莓每公斤15元"),
        ("zh", "停车费5元/小时", "停车一天只要5元"),
        ("ar", "عشاء لشخصين 98 ريالا", "98 ريالا لكل فرد"),
        ("en", "Two tickets for $50", "$50 each"),
        ("en", "Movers from $80 hourly", "Movers at $80 a day"),
        ("pt", "Rodízio R$ 79 por pessoa", "R$ 79 para dois"),
        ("ru", "Обед 350 ₽ с человека", "Обед на двоих за 350 ₽"),
        ("ja", "レンタサイクル1時間300円", "1日300円"),
        ("zh", "火锅人均88元", "双人火锅88元"),
        ("hi", "जिम ₹999 प्रति माह", "पूरे साल ₹999 सालाना"),
        ("es", "Dos entradas por 50 €", "50 € cada una"),
        ("ru", "Два билета за 900 ₽", "900 ₽ с человека"),
        ("zh", "两张98元", "每人98元"),
        ("ja", "2枚で3000円", "お一人様3000円"),
        ("en", "Four seats at $20", "$20 each"),
    ],
)
def test_another_unit(locale: str, item: str, body: str) -> None:
    assert "grounding.price" in blocked(locale, item, body)


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("zh", "双人套餐98元", "双人套餐,人均49元"),
        ("en", "Dinner for two at $98", "Just $49 per person"),
        ("ru", "Ужин на двоих за 980 ₽", "По 490 ₽ с человека"),
        ("hi", "दो लोगों का भोजन ₹980", "₹490 प्रति व्यक्ति"),
        ("en", "Candle workshop for two friends. Tickets $40 each.", "$40 per person, candles included"),
        ("en", "Brunch for two, $32 apiece", "Brunch at $32 a head"),
        ("en", "Spa day for two: £85 p.p.", "£85 per person for a spa day"),
        ("en", "Dinner for two at $49 per guest", "Just $49 per person"),
        ("es", "Taller para dos personas, 25 € cada uno", "25 € por persona y te llevas la taza"),
        ("es", "Ruta para dos: 30 € c/u", "30 € por persona"),
        ("pt", "Jantar para dois, R$ 60 cada", "R$ 60 por pessoa"),
        ("pt", "Passeio para dois: R$ 45 por cabeça", "R$ 45 por pessoa"),
        ("ru", "Мастер-класс на двоих, билет 900 ₽", "900 ₽ с человека"),
        ("ru", "Ужин на двоих: по 1200 ₽ с каждого", "1200 ₽ на человека"),
        ("ja", "ペアで参加できる陶芸教室、各3500円", "お一人様3500円"),
        ("ja", "ペアディナー、おひとり9800円", "一人あたり9800円"),
        ("zh", "双人瑜伽课,每位68元", "人均68元"),
        ("zh", "两人成团,单人价39元", "每人39元"),
        ("hi", "दो लोगों की कार्यशाला, प्रत्येक ₹400", "₹400 प्रति व्यक्ति"),
        ("ar", "ورشة لشخصين، 50 ريالا لكل فرد", "50 ريالا للشخص"),
        ("de", "Kochkurs für zwei, 55 € pro Kopf", "55 € pro Person"),
        ("en", "Gym membership $30", "$30 a month gets you in"),
        ("en", "A date idea for two. The museum. Tickets are $18.", "$18 per person at the museum"),
        ("en", "Streaming for $9.99 a month", "All shows for $9.99 monthly"),
        ("en", "$10/month or $100/year", "$100 a year, cancel any time"),
        ("es", "La cuota es de 5 € al mes", "Por 5 € mensuales"),
        ("ja", "月額980円", "毎月980円で見放題"),
        ("zh", "会员98元/月", "每月98元"),
        ("ru", "Подписка 299 ₽ в месяц", "299 ₽ ежемесячно"),
        ("en", "Cherries at $6 a kilo", "$6 per kg this week"),
        ("en", "Cabin from $120 per night", "A cabin for $120 a night"),
        ("en", "Lunch $12 per person", "Lunch for two: $24"),
        ("hi", "सदस्यता ₹199 प्रति माह", "₹199 हर महीने"),
        ("en", "Two-for-one brunch: $18 each when you bring a friend, for two", "Brunch at $18 a person"),
        ("en", "Family ticket for four: $60. Single adult $20.", "$20 per adult, $60 for four"),
        ("en", "Room for two, breakfast in. $140 a night.", "A room for $140 per night"),
        ("en", "Parking $3 an hour, $15 a day", "Park all day for $15 a day"),
        ("en", "Water taxi $12", "$12 each way"),
        ("en", "Parcel lockers cost $2 daily", "Lockers at $2 a day"),
        ("es", "Entrada 12 €, pensada para dos", "12 € por persona"),
        ("es", "Habitación doble 80 € la noche", "80 € por noche"),
        ("es", "Alquiler de bici: 3 €/hora", "3 € la hora"),
        ("pt", "Mensalidade de R$ 89", "R$ 89 por mês"),
        ("pt", "Diária de R$ 200 para dois", "R$ 200 por dia"),
        ("ru", "Абонемент на месяц 2500 ₽", "2500 ₽ в месяц"),
        ("ru", "Клубника 400 ₽ за кило", "400 ₽ за кг"),
        ("ja", "1泊12000円", "1泊12000円から"),
        ("ja", "入場料500円", "1人500円で楽しめる"),
        ("zh", "草莓每斤15元", "草莓15元一斤"),
        ("zh", "门票60元", "每人60元"),
        ("hi", "कमरा ₹1500 प्रति रात", "एक रात ₹1500"),
        ("hi", "आम ₹80 प्रति किलो", "आम ₹80 किलो"),
        ("ar", "الغرفة 300 ريال لليلة", "300 ريال في الليلة"),
        ("ar", "الكيلو 20 ريالا", "20 ريالا للكيلو"),
        ("en", "A monthly pass costs $45", "The pass: $45 a month"),
        ("en", "An annual plan, billed monthly at $8", "$8 a month"),
        ("en", "Rent a kayak: first hour free, then $10", "$10 an hour after that"),
        ("en", "Each of the 12 mugs costs $9", "Mugs at $9 each"),
        ("en", "The weekly box is $25 and feeds four", "A $25 box each week"),
        ("en", "Two tickets for $50", "$25 each"),
        ("en", "Tacos, $3 each or $10 for four", "Tacos at $3 each, $10 for four"),
        ("en", "Museum free on Sundays, otherwise $12 per adult", "$12 for adults, free on Sundays"),
        ("en", "Rooms start at $90 nightly", "$90 per night"),
        ("en", "Buffet: $25 adults, $12 children", "$25 per adult, $12 per child"),
        ("en", "Kayak tour $45", "A $45 kayak tour for two"),
        ("en", "Membership is $60 a year, less than $5 a month", "Membership from $60 per year"),
        ("es", "Bono de 10 clases: 90 €", "90 € por 10 clases"),
        ("es", "Clases a 9 €", "9 € por clase"),
        ("es", "Piscina: 4 € por persona, 12 € familias de cuatro", "Familias de cuatro: 12 €"),
        ("pt", "Corte a R$ 40 por pessoa", "R$ 40 cada corte"),
        ("ru", "Каток: 300 ₽ за час", "300 ₽ в час"),
        ("ru", "Каток: 300 ₽ за час", "300 ₽ за весь день"),
        ("ja", "ランチ1000円、二人で2000円", "二人で2000円"),
        ("zh", "火锅人均88元", "双人火锅176元"),
        ("zh", "自行车租金10元/天", "每天10元骑行"),
        ("ar", "التذكرة 20 ريالا للفرد", "20 ريالا للشخص الواحد"),
        ("pt", "Dois ingressos por R$ 80", "R$ 40 por pessoa"),
        ("en", "Four seats at $200", "$50 a seat, $50 each"),
    ],
)
def test_the_same_unit_or_none(locale: str, item: str, body: str) -> None:
    assert "grounding.price" not in blocked(locale, item, body)


def test_the_title_says_for_how_many_the_only_price_is() -> None:
    assert "grounding.price" in blocked("en", "Dinner for two", "$98 per person", price="$98")
    assert "grounding.price" not in blocked("en", "Dinner for two", "$49 per person", price="$98")


def test_a_long_list_of_prices_is_read_in_time() -> None:
    item = Item(title="Tables", description="A table for two at $98 each. " * 300, locale="en")
    findings(body="$98 per person", item=item)
    began = time.thread_time()
    findings(body="$98 per person", item=item)
    assert time.thread_time() - began < 1
