# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Miracle cures: a named disease that is gone in some days, at the root, or for good. No market lets one advertise so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from serve_app.policy.cues import Cued
from serve_app.policy.text import normalise

_NUMBER: Final = r"(?:\d{1,3}|\p{L}{2,12})"
# A disease, what cures it, and how wonderfully, by language. The three stand in one clause, in any of the orders named.
_WORDS: Final = {
    "en": (
        r"(?:diabetes|cancer|arthritis|asthma|hypertension|high blood pressure|psoriasis|eczema|alzheimer['’]?s|dementia|hiv|autism|epilepsy|h[ae]{1,2}morrhoids|hepatitis|gout)",
        r"(?:cures?|cured|heals?|healed|eliminates?|eliminated|eradicates?|reverses?|reversed|wipes? out|roots? out|gone)",
        rf"(?:(?:in|within) (?:just |only )?{_NUMBER} (?:days?|weeks?)|for good|forever|permanently|at the root|overnight)",
    ),
    "es": (
        r"(?:diabetes|c[aá]ncer|artritis|artrosis|asma|hipertensi[oó]n|psoriasis|alzh[eé]imer|vih|autismo|epilepsia|hemorroides|hepatitis|gota)",
        r"(?:cur[ae]\w*|sana\w*|elimin\w+|erradic\w+|revierte\w*|acab[ae]\w* con|adi[oó]s|desaparec\w+)",
        rf"(?:en (?:solo |sólo |apenas )?{_NUMBER} (?:d[ií]as|semanas)|para siempre|de ra[ií]z|definitivamente)",
    ),
    "pt": (
        r"(?:diabetes|c[aâ]ncer|cancro|artrite|artrose|asma|hipertensão|press[aã]o alta|psor[ií]ase|alzheimer|hiv|autismo|epilepsia|hemorroidas|hepatite|gota)",
        r"(?:cur[ae]\w*|sara\w*|elimin\w+|erradic\w+|reverte\w*|acab[ae]\w* com|adeus|desaparec\w+|some)",
        rf"(?:em (?:só |apenas )?{_NUMBER} (?:dias|semanas)|para sempre|pela raiz|definitivamente|de vez)",
    ),
    "ru": (
        r"(?:диабет\w*|рак[аеу]?\b|онкологи\w*|артрит\w*|артроз\w*|астм\w*|гипертони\w*|псориаз\w*|экзем\w*|деменци\w*|аутизм\w*|эпилепси\w*|геморро\w*|гепатит\w*|подагр\w*)",
        r"(?:вылеч\w+|излеч\w+|избав\w+|исцел\w+|исчез\w+|забудьте|прощай)",
        rf"(?:за {_NUMBER} (?:дн\w+|недел\w+)|навсегда|раз и навсегда|под корень|с корнем)",
    ),
    "ar": (
        r"(?:ال)?(?:سكري|سكر|سرطان|ربو|روماتيزم|ضغط|صدفية|زهايمر|إيدز|توحد|صرع|بواسير|نقرس|تهاب الكبد)",
        r"(?:يشفي|تشفي|شفاء|يعالج|تعالج|علاج|يقضي|القضاء|تخلص|وداعا|يختفي|يزيل)",
        rf"(?:(?:في|خلال) {_NUMBER} (?:يوما?|أيام|أسابيع|أسبوعا?)|نهائيا|من جذور\w*|إلى الأبد|من الجذور)",
    ),
    "hi": (
        r"(?:डायबिटीज़|डायबिटीज|मधुमेह|शुगर|कैंसर|गठिया|अस्थमा|दमा|बवासीर|थायराइड|ब्लड प्रेशर|बीपी|लकवा|सोरायसिस|मिर्गी|एड्स|टीबी)",
        r"(?:ख़त्म|खत्म|ठीक|मिटा|ग़ायब|गायब|छुटकारा|समाप्त|अलविदा|इलाज)",
        rf"(?:{_NUMBER} (?:दिन|दिनों|हफ़्ते|हफ्ते|हफ्तों|सप्ताह) में|जड़ से|हमेशा के लिए)",
    ),
    "ja": (
        r"(?:糖尿病|がん|癌|ガン|高血圧|リウマチ|関節炎|ぜんそく|喘息|アトピー|乾癬|認知症|自閉症|てんかん|痔|肝炎|痛風)",
        r"(?:完治|根治|治る|治り|治す|治し|消える|消えた|消え|克服|撃退)",
        r"(?:[\d一二三四五六七八九十]{1,3}(?:日|週間)で|根本から|根っこから|永久に|二度と)",
    ),
    "zh": (
        r"(?:糖尿病|癌症|高血压|高血壓|关节炎|關節炎|哮喘|银屑病|牛皮癣|牛皮癬|痛风|痛風|痔疮|痔瘡|肝炎|癫痫|癲癇|老年痴呆|自闭症|自閉症)",
        r"(?:根治|治愈|治癒|治好|告别|告別|除根|断根|斷根|痊愈|痊癒|根除|消失)",
        r"(?:[\d一二三四五六七八九十两兩]{1,3}(?:天|日|周|週|个?疗程|個?療程)|永久|永远|永遠|彻底|徹底|从根本|從根本|一次性)",
    ),
}
_BETWEEN: Final = r"[^.!?:。！？：।؟\n]{0,24}?"


def _compiled(disease: str, cure: str, wonder: str) -> Cued:
    orders = (
        (disease, wonder, cure),
        (disease, cure, wonder),
        (cure, disease, wonder),
        (wonder, cure, disease),
        (wonder, disease, cure),
        (cure, wonder, disease),
    )
    return Cued(normalise("|".join(f"(?:{_BETWEEN.join(order)})" for order in orders)))


_CURES: Final = {language: _compiled(*words) for language, words in _WORDS.items()}


def miracle_cures(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the places where a text promises one. text: NFKC-normalised."""
    cures = _CURES.get(language)
    for match in cures.finditer(text) if cures else ():
        yield match.span()
