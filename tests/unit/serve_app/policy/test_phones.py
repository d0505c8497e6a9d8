"""Phone numbers."""

from __future__ import annotations

import pytest

from serve_app.policy.phones import phones, spoken_phones


@pytest.mark.parametrize(
    "text",
    [
        "+1 415 555 0132",
        "(415) 555-0132",
        "8 912 345-67-89",
        "98765 43210",
        "138 0013 8000",
        "090-1234-5678",
        "(11) 98765-4321",
        "tel: 600123456",
        "055 123 4567",
        "9 1 2 3 4 5 6 7 8 0 call",
    ],
)
def test_a_shape_or_a_cue_makes_a_phone(text: str) -> None:
    assert [one.is_sure for one in phones(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 10:00",
        "ISBN 978-5-17-118366-6",
        "1 250 000 000 views",
        "2019-2024",
        "07 14 22 31 38 45",
        "12951/12952",
        "1 2 3 4 5 6 7 8 9",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert list(phones(text)) == []


def test_nine_digits_in_threes_may_be_one() -> None:
    assert [one.is_sure for one in phones("612 345 678")] == [False]
    assert list(phones("612 345 678 views")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Call five five five, eight six seven, five three oh nine.",
        "Area code two one two, then triple five, oh one four two: ring Gino",
        "Dial two one two, and then three fives, oh one four two",
        "Llama al seis uno dos, luego tres ceros, cinco seis siete",
        "Chama no zap: nove oito, depois triplo sete, cinco quatro três",
        "Звоните: девять один два, затем три нуля, пять шесть семь",
        "कॉल करें: नौ आठ, फिर डबल सात, ट्रिपल पाँच, चार तीन",
        "اتصل على صفر خمسة، ثم ثلاثة أصفار، واحد اثنين ثلاثة",
        "Ring oh seven double nine one two three four five six",
        "Llama al seis uno dos, tres cuatro cinco, seis siete ocho",
        "Chama no zap: nove oito sete seis, cinco quatro três dois",
        "Звоните: восемь девять один два, три четыре пять, шесть семь восемь девять",
        "اتصل على صفر خمسة خمسة واحد اثنين ثلاثة أربعة ستة سبعة ثمانية",
        "कॉल करें: नौ आठ सात छह पाँच चार तीन दो एक एक",
    ],
)
def test_a_number_in_words_is_one(text: str) -> None:
    assert [one.is_sure for one in spoken_phones(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Ten, nine, eight, seven, six, five, four, three, two, one: lift-off",
        "The band plays two, three, four encores",
        "Uno, dos, tres, cuatro: a bailar",
        "One for all, two for tea",
        "Double six, then triple twenty: the darts final",
        "Два ноля, затем три пятёрки: счёт матча",
        "A million has six zeros, a thousand three zeros",
    ],
)
def test_a_countdown_is_no_phone(text: str) -> None:
    assert list(spoken_phones(text)) == []
