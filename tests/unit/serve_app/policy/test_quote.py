# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The quotation rule: what somebody is made to say stands in the item."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item, LengthProfile, Severity
from serve_app.policy import PolicyContext, PolicySettings, check

PROFILE = LengthProfile(length_profile="push", max_title=60, max_body=160)


def blocked(locale: str, transcript: str, copy: str, title: str = "") -> list[str]:
    """The quotations that block a copy, "title / body"."""
    item = Item(title=title or "Interview", locale=locale, metadata={"transcript": transcript})
    head, _, body = copy.partition(" / ")
    found = check(Copy(title=head, body=body), PolicyContext.of(item, "", PROFILE), PolicySettings(), only=("quote",))
    return [f.text for f in found if f.severity == Severity.BLOCK]


NOBODY_SAID = [
    ("en-US", "I would not sell this boat for money.", "“I would sell this boat for money”"),
    ("en-US", "I have never seen 12 whales at once.", "'I have seen 12 whales at once'"),
    ("en-GB", "We caught 12 whales on film.", "“We caught 15 whales on film”"),
    ("en-GB", "I fed the dog before the cat.", "“I fed the cat before the dog”"),
    ("en-US", "It was hard and I loved it.", "Ada Finch: I hated every minute", "Ada Finch talks"),
    ("en-US", "I love my city.", "“I can't stand my city”, she says"),
    ("en-US", "I love my city.", "\"I'm leaving for good"),
    ("es-ES", "No pienso volver a correr.", "«Pienso volver a correr»"),
    ("es-MX", "Ganamos sin suerte.", "—Ganamos con suerte —dijo el técnico"),
    ("es-CO", "Subo los lunes.", "Loaiza: “Me retiro en junio”"),
    ("pt-BR", "Não tenho medo de altura.", "“Tenho medo de altura”"),
    ("pt-PT", "Canto desde os seis anos.", "— Vou deixar de cantar, diz a fadista"),
    ("ru-RU", "Я никогда не боялся высоты.", "«Я боялся высоты»"),
    ("ru-RU", "Хлеб пеку ночью.", "— Пекарню я закрываю, — сказал он"),
    ("ar-EG", "أنا لا أحب الشهرة.", "«أنا أحب الشهرة»"),
    ("ar-SA", "سنعود أقوى.", "المدرب: لن نعود إلى هنا أبدا", "المدرب بعد المباراة"),
    ("hi-IN", "मैं गाँव नहीं छोड़ूँगा।", "“मैं गाँव छोड़ूँगा”"),
    ("hi-IN", "हमने मेहनत की।", "कोच बोले: ‘हमने हार मान ली’"),
    ("ja-JP", "まだ引退はしません。", "「もう引退します」"),
    ("ja-JP", "山が好きです。", "『山は嫌いです』と語る"),
    ("zh-CN", "我从来没有想过放弃。", "“我想过放弃”"),
    ("zh-CN", "船修好了就走。", "老人说：“我再也不走了”"),
    ("zh-TW", "我不會離開這裡。", "「我會離開這裡」"),
    ("en-US", "Anyone who says we are finished has not watched us train.", "Whitfield: “We are finished”"),
    ("en-GB", "It is a myth that we are broke.", "“We are broke”"),
    ("es-ES", "Quien diga que estamos acabados no nos ha visto.", "«Estamos acabados», dice el técnico"),
    ("pt-BR", "Quem diz que estamos acabados não nos viu treinar.", "“Estamos acabados”, diz o técnico"),
    ("ru-RU", "Те, кто говорит, что мы проиграли, не видели нас.", "«Мы проиграли», сказал тренер"),
    ("ru-RU", "Неправда, что мы закрываемся.", "«Мы закрываемся», сказал повар"),
    ("ar-EG", "الذين يقولون إن فريقنا انتهى لم يشاهدونا.", "المدرب قال: «فريقنا انتهى»"),
    ("hi-IN", "जो कहते हैं कि हम हार गए, उन्होंने हमें देखा नहीं।", "“हम हार गए”, कोच ने कहा"),
    ("ja-JP", "私たちは終わったと言う人は練習を見ていない。", "「私たちは終わった」"),
    ("zh-CN", "谁说我们已经完了，就来看看训练。", "“我们已经完了”"),
    ("ar-QA", "لا أعتقد أننا نستحق اللقب هذا الموسم، لكننا نستحق الاحترام.", "«نستحق اللقب هذا الموسم»"),
    ("en-GB", "I don't think that we deserve the cup.", "“We deserve the cup”, says the coach"),
    ("es-MX", "No creo que merezcamos la copa.", "«Merezcamos la copa», dijo"),
    ("ru-RU", "Не думаю, что мы заслужили кубок.", "«Мы заслужили кубок», сказал тренер"),
    ("hi-IN", "मुझे नहीं लगता कि हम हक़दार हैं।", "“हम हक़दार हैं”, कोच ने कहा"),
    ("zh-CN", "我不认为我们配得上冠军。", "“我们配得上冠军”"),
    ("ja-JP", "優勝だけを目標にはしない。", "監督「優勝だけを目標に」"),
    ("de-DE", "Er spielte »Fjord«.", "»Ich habe nie besser gezielt«"),
]

SAID_OR_NO_SPEECH = [
    ("en-US", "I would not sell this boat, honestly, for all the money in the world.", "“I would not sell this boat…”"),
    ("en-US", "it's my last race, and i'm happy", "“It’s my last race”"),
    ("en-GB", "We paint at dawn.", "Meet the “sea whisperer” of the harbour"),
    ("en-US", "We paint at dawn.", "Recipe: soup in ten minutes / Today: a new way to paint."),
    ("en-US", 'We read "The Old Man and the Sea" aloud.', "They read ‘The Old Man and the Sea’ aloud"),
    ("es-ES", "Mirá, yo no sé, pero la lluvia me calma.", "—La lluvia me calma —confiesa"),
    ("es-AR", "Vino sola la pelota.", "La pelota —dice— vino sola"),
    ("pt-BR", "Ah, eu planto porque gosto, né?", "“Eu planto porque gosto”"),
    ("pt-PT", "Isto é a minha vida.", "Fado: uma vida inteira / O bilhete — e a noite — é teu."),
    ("ru-RU", "ну, я просто люблю лес, вот и всё", "«Я просто люблю лес»"),
    ("ru-RU", "Хлеб пеку ночью.", "Ночная смена — лучшее время для хлеба"),
    ("ar-JO", "والله العجين بيعرف.", "«العجين بيعرف»"),
    ("ar-EG", "أزرع كل صباح.", "نصيحة اليوم: ازرع النعناع في الظل"),
    ("hi-IN", "देखिए, मिट्टी हमसे बात करती है।", "“मिट्टी हमसे बात करती है”"),
    ("hi-IN", "मैं रोज़ दौड़ता हूँ।", "आज की रेसिपी: मूँग दाल"),
    ("ja-JP", "いやあ、海はね、毎日違うんですよ。", "「海は毎日違う」"),
    ("ja-JP", "海に行く。", "夏の「ひんやり」スイーツ"),
    ("zh-CN", "我嘛，就是喜欢下雨天。", "“就是喜欢下雨天”"),
    ("ja-JP", "山が好きだからやめない。", "「山が好きだ」"),
    ("zh-CN", "下雨了。", "城市里的“慢生活”"),
    ("en-US", "I think we can win this.", "“We can win this”"),
    ("en-US", "I say we go home tonight.", "“We go home tonight”"),
    ("en-GB", "Man who said 'I'll just rest my eyes' wins", "'I'll just rest my eyes'"),
    ("en-GB", "Pepper base, lid shut.", "Auntie says yes: fry it dark and keep the lid shut", "Auntie's jollof"),
    ("en-GB", "He thought it was told too often.", "So we tell it once: the night in 1971"),
    ("de-DE", "»Fjord« gegen Quantenkeks.", "»Fjord« gegen Quantenkeks. Es gab 18.000 Euro für alle."),
    ("de-DE", "Zwei Touren am Hochdürreck.", "Hochdürreck: zwei Touren gesperrt"),
]


@pytest.mark.parametrize("case", NOBODY_SAID, ids=lambda case: case[2])
def test_words_that_nobody_said_block(case: tuple[str, ...]) -> None:
    assert blocked(*case)


@pytest.mark.parametrize("case", SAID_OR_NO_SPEECH, ids=lambda case: case[2])
def test_words_of_the_item_and_words_that_are_no_speech_do_not(case: tuple[str, ...]) -> None:
    assert blocked(*case) == []


@pytest.mark.parametrize(
    ("locale", "copy"),
    [
        ("ru-RU", " / «Семь самураев» в «Восходе» — с плёнки 35 мм. Лекция расскажет об их дружбе."),
        ("fr-FR", " / « Les Sept Samouraïs » au « Lever » — une séance en 35 mm avec une conférence."),
        ("de-DE", " / »Sieben Samurai« im »Aufgang« – von der Rolle, mit einem Vortrag danach."),
    ],
)
def test_what_stands_between_two_titles_is_no_quotation(locale: str, copy: str) -> None:
    titles = "«Семь самураев», «Восход», « Les Sept Samouraïs », « Lever », »Sieben Samurai«, »Aufgang«"
    assert blocked(locale, titles, copy) == []
