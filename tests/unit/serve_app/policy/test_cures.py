"""Miracle cures."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import time

import pytest

from deployments.types import Severity
from serve_app.policy.cures import miracle_cures
from tests.unit.serve_app.policy.judge import ITEM, findings


def severities(text: str, locale: str) -> list[Severity]:
    found = findings(body=text, item=ITEM.model_copy(update={"locale": locale}))
    return [f.severity for f in found if f.rule == "terms.banned"]


def blocked(text: str, locale: str) -> bool:
    return any(severity.rejects for severity in severities(text, locale))


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
        ("en", "Diabetes reversed within 3 weeks with one herbal tea"),
        ("en", "This balm heals psoriasis permanently"),
        ("en", "Wipe out gout for good with cherry drops"),
        ("en", "Say goodbye: your arthritis is gone in ten days"),
        ("en", "No pills needed to cure diabetes in 15 days"),
        ("es", "Este té cura el cáncer en 10 días"),
        ("es", "Elimina la psoriasis para siempre con aloe"),
        ("es", "La hepatitis desaparece en dos semanas"),
        ("es", "Cura la gota en 7 días"),
        ("pt", "Elimine a artrose em 3 semanas"),
        ("pt", "O chá que cura o câncer para sempre"),
        ("pt", "A artrite some em 5 dias"),
        ("ru", "Вылечит артроз за 10 дней"),
        ("ru", "Настойка излечивает рак навсегда"),
        ("ru", "Избавьтесь от гепатита раз и навсегда"),
        ("ar", "يشفي السرطان خلال 10 أيام"),
        ("ar", "تخلص من البواسير نهائيا"),
        ("ar", "وداعا للربو إلى الأبد"),
        ("hi", "दमा 10 दिन में ठीक"),
        ("hi", "कैंसर को जड़ से मिटाए यह चाय"),
        ("hi", "बवासीर से हमेशा के लिए छुटकारा"),
        ("ja", "このお茶でがんが10日で治る"),
        ("ja", "リウマチを根本から治す"),
        ("ja", "アトピーが3週間で消える"),
        ("zh", "7天治好关节炎"),
        ("zh", "彻底告别哮喘"),
        ("zh", "一个疗程让痔疮永久消失"),
        ("en", "Eczema cured in 14 days, guaranteed"),
        ("en", "The root that reverses dementia permanently"),
        ("en", "Don't wait: heal asthma for good"),
        ("en", "Permanently eliminate your high blood pressure"),
        ("en", "In only 7 days your hepatitis is gone"),
        ("en", "Want to cure arthritis in 10 days?"),
        ("es", "En 7 días elimina tu hipertensión"),
        ("es", "Di adiós a la artritis para siempre"),
        ("es", "No esperes más para curar la diabetes en 15 días"),
        ("es", "¿Quieres curar el asma en 10 días?"),
        ("pt", "Acabe com a psoríase de vez"),
        ("pt", "Sem remédios: cure a diabetes em 15 dias"),
        ("pt", "A pressão alta desaparece em 7 dias"),
        ("ru", "Забудьте про гипертонию навсегда"),
        ("ru", "Без таблеток вылечите астму за две недели"),
        ("ru", "Хотите избавиться от псориаза навсегда?"),
        ("ar", "علاج نهائي للسكري في 10 أيام"),
        ("ar", "قل وداعا للصدفية نهائيا"),
        ("ar", "شفاء الروماتيزم خلال أسبوعين من الجذور"),
        ("hi", "बिना दवा मधुमेह को जड़ से मिटाएं"),
        ("hi", "गठिया से 15 दिनों में छुटकारा पाएं"),
        ("ja", "痛風が二週間で完治"),
        ("ja", "認知症を根本から治します"),
        ("zh", "不打针不吃药，15天根治高血压"),
        ("zh", "不吃药也能永久告别痛风"),
        ("zh", "三天治愈肝炎"),
        ("en", "No false promises: cure diabetes in 15 days"),
        ("en", "It is not a scam, this tea heals asthma for good"),
        ("es", "Sin mentiras: cura la diabetes en 15 días"),
        ("es", "No es un bulo, elimina la artritis para siempre"),
        ("pt", "Sem golpe: cure a artrite em 15 dias"),
        ("ru", "Без обмана: вылечит диабет за 10 дней"),
        ("ar", "بدون كذب: يشفي السكري خلال 10 أيام"),
        ("hi", "झूठ नहीं: मधुमेह 10 दिन में जड़ से ख़त्म"),
        ("ja", "嘘ではない、糖尿病が10日で完治"),
        ("zh", "不是骗局，7天根治糖尿病"),
    ],
)
def test_miracle_cure(locale: str, text: str) -> None:
    assert blocked(text, locale)


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
    assert not blocked(text, locale)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "No, tea does not cure cancer overnight"),
        ("en", "Can a diet cure diabetes in 15 days?"),
        ("en", "Police arrest man who claimed to cure cancer in three days"),
        ("en", "The myth that garlic heals asthma for good"),
        ("en", "Nothing cures arthritis overnight"),
        ("es", "El limón no cura el cáncer en 10 días"),
        ("es", "¿Se cura la diabetes para siempre?"),
        ("es", "Detenido por prometer que curaba el cáncer en 3 días"),
        ("es", "Es un bulo que el ajo elimina la artritis para siempre"),
        ("pt", "Chá não cura diabetes em 15 dias"),
        ("pt", "É falso que o limão cura o câncer em 7 dias"),
        ("pt", "Dá para curar a artrite em 15 dias?"),
        ("ru", "Сода не вылечит рак за 10 дней"),
        ("ru", "Можно ли вылечить диабет навсегда?"),
        ("ru", "Мошенник обещал вылечить рак за 3 дня"),
        ("ar", "الشاي لا يشفي السرطان خلال 10 أيام"),
        ("ar", "هل يمكن علاج السكري نهائيا؟"),
        ("ar", "خرافة أن الثوم يعالج الربو نهائيا"),
        ("hi", "चाय से कैंसर 10 दिन में ठीक नहीं होता"),
        ("hi", "क्या मधुमेह जड़ से ख़त्म हो सकता है?"),
        ("hi", "अफ़वाह: नींबू से कैंसर 10 दिन में ठीक"),
        ("ja", "お茶でがんは3日で治りません"),
        ("ja", "糖尿病は15日で完治する？"),
        ("ja", "がんが10日で治るというデマに注意"),
        ("zh", "喝茶不能在7天治好糖尿病"),
        ("zh", "糖尿病真的能15天根治吗？"),
        ("zh", "谣言：七天根治糖尿病"),
        ("en", "Doctors warn: no herb cures diabetes in 15 days"),
        ("en", "Autism can't be cured in 30 days"),
        ("en", "Fake ad said honey heals cancer in 3 days"),
        ("en", "Is it true that tea reverses dementia permanently?"),
        ("es", "Nadie cura el alzhéimer en 15 días"),
        ("es", "La OMS desmiente que el ajo cure el cáncer en 7 días"),
        ("es", "Nunca elimines la hipertensión en 7 días por tu cuenta"),
        ("pt", "Anvisa proíbe chá que promete curar diabetes em 15 dias"),
        ("pt", "Ninguém cura a asma em 7 dias"),
        ("ru", "Врачи: диабет нельзя вылечить за 10 дней"),
        ("ru", "Правда ли, что чай лечит астму за неделю навсегда?"),
        ("ar", "لا يوجد علاج للسرطان خلال 3 أيام"),
        ("ar", "الصحة تحذر من دواء يعالج السكري في 7 أيام"),
        ("hi", "एड्स 15 दिन में ठीक नहीं हो सकता"),
        ("hi", "ठग ने कहा कैंसर 3 दिन में ठीक"),
        ("ja", "糖尿病が3日で治る水、業者を逮捕"),
        ("ja", "関節炎は一週間では完治しない"),
        ("zh", "医生：没有药能七天根治糖尿病"),
        ("zh", "警方抓获声称三天治愈癌症的骗子"),
        ("en", "A scam: the tea that heals asthma for good"),
        ("zh", "骗局：7天根治糖尿病"),
    ],
)
def test_a_cure_that_the_text_denies_asks_for_or_tells_of_is_reviewed(locale: str, text: str) -> None:
    found = severities(text, locale)
    assert found
    assert not any(severity.rejects for severity in found)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("es", "La última gota de agua desaparece en 3 días"),
        ("es", "Una gota de aceite elimina el chirrido para siempre"),
        ("es", "La gota que se cura... vida sana para siempre"),
        ("es", "El cura de Lorca corrió en 3 días por el cáncer"),
        ("es", "La eliminatoria contra el cáncer, en tres días"),
        ("es", "Curadora de arte dona en 3 días obras contra el cáncer"),
        ("pt", "Some 3 km por dia: caminhada contra o câncer em 2 semanas"),
        ("pt", "A gota d'água some em 5 dias de seca"),
        ("pt", "Saraiva corre em 3 dias contra o câncer"),
        ("en", "Cancer charity had gone from the square in three days"),
        ("en", "Cured ham for the cancer fair in 3 weeks"),
        ("en", "Cancer ward opens in 3 weeks, reversed ramps and all"),
        ("ru", "Раку пора избавиться от долгов за 3 дня"),
        ("ru", "Рак исчез из меню навсегда"),
        ("ar", "تخلص من ضغط العمل نهائيا"),
        ("ar", "القضاء العسكري يحكم خلال 3 أيام"),
        ("ar", "تخلص من السكر في القهوة خلال 7 أيام"),
        ("hi", "शुगर मिल ठीक 15 दिन में खुलेगी"),
        ("hi", "टीबी पर चर्चा ठीक 15 दिन में"),
        ("ja", "がんばれば3日で消える汚れ"),
        ("ja", "スローガンが3日で消えた"),
        ("zh", "3天告别城市牛皮癣小广告"),
        ("zh", "防治糖尿病讲座3天后举办，雾霾消失"),
        ("en", "Hepatitis clinic heals its budget in 3 weeks"),
        ("en", "Our cancer walk is done for good weather"),
        ("en", "Reversed charges: cancer helpline in 2 days"),
        ("es", "Sana rivalidad: carrera contra el cáncer en 5 días"),
        ("es", "Adiós en 3 días a la muestra sobre diabetes"),
        ("es", "La gota fría desaparece en dos días"),
        ("pt", "Some os pontos: gota a gota, para sempre"),
        ("pt", "Curado de presunto em 3 dias, feira do câncer"),
        ("ru", "Рак-отшельник исчез из аквариума за 2 дня"),
        ("ru", "Раки избавятся от долгов за две недели"),
        ("ar", "القضاء على ضغط العمل نهائيا"),
        ("ar", "عسكري يختفي خلال 3 أيام"),
        ("hi", "शुगर फ्री मिठाई 15 दिन में ख़त्म"),
        ("ja", "頑張り屋がん太が3日で治した時計"),
        ("ja", "ガンダムが3日で消えた店"),
        ("zh", "癌症病房3天后告别旧楼"),
    ],
)
def test_words_with_another_sense_are_no_cure(locale: str, text: str) -> None:
    assert severities(text, locale) == []


@pytest.mark.parametrize(
    ("language", "piece"), [("es", "cura"), ("en", "cure cancer "), ("zh", "治好"), ("ru", "рак ")]
)
def test_a_repeated_word_takes_linear_time(language: str, piece: str) -> None:
    def seconds(length: int) -> float:
        text = "cáncer cancer рак 哮喘 " + (piece * length)[:length]
        began = time.thread_time()
        list(miracle_cures(text, language))
        return time.thread_time() - began

    seconds(10)
    assert min(seconds(10_000) for _ in range(3)) < 0.1
