"""Claims about a group without a word that demeans; and phrases that only look alike."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import time

import pytest

from deployments.types import Copy, Item
from serve_app.policy.context import PolicyContext
from serve_app.policy.safety.text import SafetyRule, safety
from tests.unit.serve_app.policy.judge import PROFILE


def severest(locale: str, text: str, about: str = "A meeting on Friday") -> str:
    context = PolicyContext.of(Item(title=about, locale=locale), "", PROFILE)
    actions = {hit.action for hit in safety(Copy(body=text), context, SafetyRule())}
    return "block" if "block" in actions else "review" if actions else ""


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "The Traveller families are back on Fair Hill, and nothing that isn't nailed down is safe."),
        ("en", "Lock up your bikes: the gypsies are in town"),
        ("en", "Wherever immigrants settle, things go missing"),
        ("en", "A flat without the filth of migrants"),
        ("es", "Donde llegan migrantes, desaparecen cosas. Centinela te avisa."),
        ("es", "Vuelven los gitanos: esconde la cartera"),
        ("pt", "Os ciganos chegaram à praça e as coisas somem"),
        ("pt", "Um bairro sem a sujeira dos imigrantes"),
        ("ru", "Табор цыган у реки: прячьте кошельки"),
        ("ru", "Мигранты поселились рядом, и вещи пропадают"),
        ("ar", "حيث ينزل الغجر تختفي المحافظ"),
        ("ar", "وصل اللاجئون، اقفلوا ابوابكم"),
        ("hi", "यहाँ छोटी जात वालों की गंदगी नहीं मिलेगी। दो कमरे, तुरंत किराये पर।"),
        ("hi", "बंजारे आते ही सामान गायब हो जाता है"),
        ("ja", "外国人が越してくると自転車がなくなる"),
        ("ja", "移民の多い町は治安が悪くなる"),
        ("zh", "外地人一来东西就丢"),
        ("zh", "河南人手脚不干净"),
    ],
)
def test_an_insinuation_demeans(locale: str, text: str) -> None:
    assert severest(locale, text) == "block"
    assert severest(locale, text, about=text) != "block"  # an item's own subject


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Lock your doors: police advice for elderly neighbours"),
        ("en", "Traveller families bring horses to Fair Hill, and kids count the spoons of jam"),
        ("en", "Councillor apologises for saying things go missing when Travellers come: refugees answer"),
        ("en", "Immigrants are welcome: it is a myth that things go missing"),
        ("es", "Migrantes desaparecen en el desierto: habla una madre"),
        ("es", "Cierra con llave: consejos para jubilados"),
        ("pt", "Imigrantes ensinam a fazer pão sem sujeira"),
        ("ru", "Мэра осудили за слова о том, что у цыган вещи пропадают"),
        ("ru", "Прячьте кошельки глубже: советы пенсионерам"),
        ("ar", "اقفل بابك جيدا: نصائح لكبار السن والنساء"),
        ("hi", "महिलाओं ने नदी की गंदगी साफ की"),
        ("hi", "आदिवासी महिलाओं ने तालाब की गंदगी हटाई"),
        ("hi", "मेले में हाथ की सफाई दिखाएगा जादूगर"),
        ("ja", "老人の家では戸締まりを忘れずに"),
        ("ja", "外国人観光客にも人気、戸締まりのいらない島"),
        ("ja", "鍵をかけて出かけよう、防犯教室"),
        ("zh", "出门旅游锁好门"),
        ("zh", "外地人也爱的早餐店，收好钱包里的零钱"),
        ("ja", "外国人観光客に人気、鍵をかけて楽しむ謎解き"),
        ("ru", "Армянский коньяк и грузинские тосты: жадно слушаем"),
        ("ru", "Цыгане поют в парке, берегите голос"),
        ("hi", "झुग्गी वालों ने सामान बाँटा, कोई भूखा न रहा"),
        ("zh", "外卖员捡到钱包交还失主"),
        ("zh", "研究说移民多治安就差？数据给出了否定答案"),
    ],
)
def test_what_only_looks_like_one_is_not_blocked(locale: str, text: str) -> None:
    assert severest(locale, text) != "block"


@pytest.mark.parametrize("text", ["things go missing " * 500, "gypsies " * 1_200, "things go missing gypsies " * 380])
def test_a_long_text_is_read_in_time(text: str) -> None:
    severest("en", "warm up")
    began = time.thread_time()
    severest("en", text)
    assert time.thread_time() - began < 0.2
