"""Words that say where a text must not be shortened, by language."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS: Final = _words(
    "mr mrs ms dr prof st jr sr vs etc no nr vol fig inc ltd co dept est approx sra srta dra ud uds pág "
    "núm av dña avda г ул им тыс млн млрд руб стр см т д п др डॉ श्री सं"
)
"""Before a full stop that ends no sentence."""

OPENERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en": _words(
            "if when while after before because since although though unless until once as in on at for with from "
            "to by during despite without under over between not neither either both whether whatever whoever "
            "where"
        ),
        "es": _words(
            "si cuando mientras después antes porque aunque hasta desde como en con para por sin sobre durante "
            "según tras ni al a no donde quien"
        ),
        "pt": _words(
            "se quando enquanto depois antes porque embora até desde como em no na com para por sem sobre durante "
            "segundo após nem ao à não onde quem"
        ),
        "ru": _words(
            "если когда пока после перед потому хотя до с со как в во на для при без под над между из от по не ни "
            "где кто"
        ),
        "ar": _words("إذا إن لو عندما بينما بعد قبل لأن منذ حتى في على مع من إلى عن بدون دون خلال رغم لا ليس حيث"),
        "hi": _words("अगर यदि जब जबकि क्योंकि हालांकि न ना चाहे जहां जैसे"),
        "zh": frozenset(),
        "ja": frozenset(),
    }
)
"""A sentence that opens with one has its main clause later."""

LIMITING: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en": _words(
            "but only except excluding unless if without not no never until while however though although yet "
            "terms conditions apply minimum maximum from up said says claims claimed alleged allegedly reportedly "
            "might may"
        ),
        "es": _words(
            "pero sólo solo salvo excepto si sin no nunca hasta mientras aunque únicamente desde condiciones "
            "mínimo máximo dice dijo según afirma asegura supuestamente podría"
        ),
        "pt": _words(
            "mas só somente apenas exceto salvo se sem não nunca até enquanto embora desde condições mínimo "
            "máximo diz disse segundo afirma supostamente poderia"
        ),
        "ru": _words(
            "но только кроме если без не нет никогда пока хотя однако лишь до от условия минимум максимум заявил "
            "сказал сообщил якобы может"
        ),
        "ar": _words("لكن ولكن فقط إلا باستثناء إذا بدون دون لا لم لن ليس حتى بشرط شروط قال قالت بحسب ربما قد"),
        "hi": _words("लेकिन मगर पर केवल सिर्फ सिर्फ़ बशर्ते अगर यदि बिना नहीं मत तक शर्तें कहा बताया कथित शायद"),
        "zh": frozenset(("但", "仅", "只", "除", "如果", "不", "没", "无", "直到", "条件", "起", "称", "据", "可能")),
        "ja": frozenset(
            (
                "ただし",
                "のみ",
                "だけ",
                "限り",
                "しかし",
                "でも",
                "ない",
                "ません",
                "以外",
                "なければ",
                "条件",
                "から",
                "まで",
                "という",
                "かも",
            )
        ),
    }
)
"""A rest that has one limits or denies what stands before it, or says whose word it is."""
