"""Ends and polite phrases that people write, and those that are left of an answer or cut off."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import pytest

from deployments.types import Item, Severity
from tests.unit.serve_app.policy.judge import findings


def blocked(locale: str, text: str) -> set[str]:
    found = findings(body=text, item=Item(title="A day", locale=locale))
    return {f.rule for f in found if f.severity.rejects} & {"format.unfinished", "format.leftover"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "She put her hand in his"),
        ("en", "Her desk sits next to his"),
        ("en", "The best seat is the one beside his"),
        ("es", "Sus hijos juegan con los nuestros"),
        ("es", "La fiesta que no para"),
        ("es", "Nadie abrió el sobre"),
        ("es", "Una siesta de vez en cuando"),
        ("es", "Tacos con picante y sin"),
        ("es", "El pan está bueno o malo, según"),
        ("es", "Pruebe solo una"),
        ("pt", "Os gatos deles e os nossos"),
        ("pt", "Troque seus livros pelos meus"),
        ("pt", "A festa que não para"),
        ("pt", "O gato que dorme muito"),
        ("pt", "O bolo sumiu e ninguém sabe quando"),
        ("pt", "A carta chegou, ninguém sabe de onde"),
        ("ru", "Партия началась, ход ваш"),
        ("ru", "Этот двор теперь наш"),
        ("ru", "Рецепт борща с мясом и без"),
        ("ru", "Соседский борщ лучше моего"),
        ("ru", "Половина двора против, половина за"),
        ("ru", "Он здесь уже свой"),
        ("zh", "三分钟学会热腾腾的便当"),
        ("zh", "他说这份工作不好当"),
        ("zh", "好消息,座位还有"),
        ("ja", "花を贈ろう、母の日だから"),
        ("ja", "大切な人に花束を"),
        ("ja", "池に現れた生き物、その正体は"),
        ("hi", "शाम को चाय, बस एक और"),
        ("ar", "عاد البحار بعد حين"),
        ("en", "I can't help falling in love with this pie"),
        ("en", "I'm sorry but I love this ending"),
        ("en", "Can a tale under 100 characters make you cry?"),
        ("en", "Beans: want me to tell you how they make life longer?"),
        ("en", "Lost cat: let me know if you want to help look"),
        ("en", "Feel free to ask the cook anything"),
        ("es", "«Lo siento, no puedo parar de bailar»"),
        ("es", "Dime si quieres café y te cuento"),
        ("pt", "Me avise se o pão chegar"),
        ("ru", "Дайте знать, если увидите рыжего кота"),
        ("ru", "Если хотите ещё пирога, приходите в субботу"),
        ("zh", "如需修改预约,可在柜台办理"),
        ("ja", "予約の変更が必要な方は窓口へ"),
        ("hi", "बताइए अगर आपने यह बिल्ली देखी हो"),
        ("ar", "أخبرني إذا رأيت القط البرتقالي"),
        ("en", "It has been a while"),
        ("en", "Two twins, and nobody can tell which is which"),
        ("en", "A cake for no reason, just because"),
        ("en", "My cup is chipped, so I drink from his"),
        ("en", "I'm sorry, but I will never trust this goose again"),
        ("en", "I can't complete the puzzle without you"),
        ("en", "The push notification that woke a village"),
        ("es", "Hay muchas casas, pero ninguna como la nuestra"),
        ("es", "¿Quieres que lo cuente otra vez?"),
        ("es", "Espero que te guste el limón"),
        ("pt", "Você vai gostar muito"),
        ("pt", "A casa é dele, o jardim é meu"),
        ("pt", "Quem prova pede mais um"),
        ("pt", "Quer que eu conte o final?"),
        ("ru", "Решать вам: выбор ваш"),
        ("ru", "К сожалению, я не могу забыть этот вкус"),
        ("ru", "Хотите, я расскажу про чай?"),
        ("zh", "他的说法没有根据"),
        ("zh", "如需调整座位,请到前台"),
        ("ja", "行列が絶えない理由は"),
        ("ja", "傘を忘れずに、雨の日なので"),
        ("hi", "एक लड्डू खाया, अब कुछ और"),
        ("hi", "उम्मीद है आपको यह आम पसंद आएगा"),
        ("ar", "آمل أن يعجبكم هذا الخبز"),
        ("en", "Ten hobbies the neighbours are into"),
        ("en", "The night market: a delicious what if"),
        ("en", "The race was long and anything but"),
        ("en", "A price they had all agreed upon"),
        ("pt", "O gato da loja perdeu o pelo"),
        ("pt", "Bata na porta e entre"),
        ("ru", "Не суп и не каша, а что-то между"),
        ("ru", "Так здесь было и до"),
        ("ja", "雨の決勝、最後に笑ったのは"),
        ("ja", "今年の人気パン、第1位は"),
        ("ja", "今日のあなたの運勢は"),
        ("ja", "おうちでカフェ気分を"),
        ("ja", "もっと笑顔を"),
        ("ja", "この夏、世界中へ花火を"),
    ],
)
def test_what_people_write(locale: str, text: str) -> None:
    assert blocked(locale, text) == set()


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "She took the cats out with her to the"),
        ("en", "I hope this helps! Let me know if you want another version."),
        ("en", "I'm sorry, but I can't create a notification for this."),
        ("en", "A keeper and cats. Feel free to adjust the tone."),
        ("es", "La guardiana salió con los gatos para la"),
        ("es", "Dos gatos. Avísame si quieres otra versión más corta"),
        ("es", "Lo siento, no puedo generar este texto"),
        ("pt", "A guardiã saiu com os gatos pela"),
        ("pt", "Dois gatos. Me avise se quiser ajustar o texto"),
        ("ru", "Смотрительница и два кота вышли на"),
        ("ru", "Дайте знать, если нужен другой вариант"),
        ("zh", "守塔人抱着两只猫,因为"),
        ("zh", "两只猫。如需修改文案,请告诉我"),
        ("ja", "灯台守と二匹の猫を"),
        ("ja", "猫が二匹。文案の変更が必要でしたらお知らせください"),
        ("hi", "रखवाली ने देखा कि"),
        ("hi", "दो बिल्लियाँ। बताइए अगर दूसरा संस्करण चाहिए"),
        ("ar", "حارسة وقطتان تجلسان على"),
        ("ar", "قطتان. أخبرني إذا أردت نسخة أخرى"),
        ("en", "The goalkeeper says he owes it all to his"),
        ("en", "Tea at five. I can't write that headline."),
        ("es", "Té a las cinco, con los vecinos y sus"),
        ("es", "Espero que te guste esta versión"),
        ("pt", "Chá às cinco com os vizinhos e seus"),
        ("pt", "Espero que goste do rascunho"),
        ("ru", "Чай в пять для нашего"),
        ("ru", "Надеюсь, вам понравится этот вариант"),
        ("zh", "五点喝茶,还有"),
        ("zh", "抱歉,我无法生成文案"),
        ("ja", "五時にお茶、さらに"),
        ("ja", "五時のお茶と隣の人を"),
        ("hi", "पाँच बजे चाय और"),
        ("ar", "الشاي في الخامسة مع"),
        ("en", "Sure, here is a cute notification: the dog is home"),
        ("en", "Want me to write a shorter version?"),
        ("es", "¿Quieres que escriba otra versión?"),
        ("ru", "Хотите, я напишу ещё один вариант?"),
        ("ja", "他の案がご希望でしたらお知らせください"),
        ("zh", "需要我再写一个版本吗"),
        ("pt", "O cão voltou para casa e o"),
        ("hi", "कुत्ता घर लौटा और"),
        ("es", "La casa encantada, una pregunta sin"),
        ("en", "The cat walked into"),
        ("en", "The cat sat down and looked upon"),
        ("ja", "五時に起きた灯台守は"),
        ("ja", "古い灯台と小さな猫を"),
        ("ru", "Кот сидел между"),
        ("pt", "O gato passou pelo"),
    ],
)
def test_what_is_cut_or_left_of_an_answer(locale: str, text: str) -> None:
    assert blocked(locale, text)


@pytest.mark.parametrize(
    "text", ["Let me know if you want to help look", "She left it to hers, and he took the cat to his"]
)
def test_what_may_be_either_is_reviewed(text: str) -> None:
    assert {f.severity for f in findings(body=text, item=Item(title="A day", locale="en"))} == {Severity.REVIEW}
