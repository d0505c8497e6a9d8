"""Quotations that name their speaker in the middle: “We lost the barn,” she said, “but not one cow” is one."""

# ruff: noqa: RUF001 - the marks and letters of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

_LONGEST: Final = 80  # characters between the two parts
_MARKS: Final = '“”"„«»「」『』‘'
_INSIDE: Final = rf"[^{_MARKS}—–―.!?…。！？؟।\n]{{1,{_LONGEST}}}+"
_BREAK: Final = regex.compile(
    rf"""(?:(?<=\S)[”"’]|[»」』“])(?P<said>[^{_MARKS}.!?…。！？؟।\n]{{1,{_LONGEST}}}+)
    (?:(?<=[\s,،，、:：—–])["“‘„«「『](?=\S)|[「『“])
    |(?<=[\p{{L}}\p{{M}}\p{{N}},!?…])\s?[—–―]\s?(?P<said>{_INSIDE})[—–―]""",
    regex.VERBOSE,
)
_SAYS: Final = regex.compile(
    r"(?<![\p{L}\p{M}])(?:says?|said|adds?|added|tells?|told|explain(?:s|ed)|admit(?:s|ted)|recall(?:s|ed)|writes?|wrote"
    r"|laugh(?:s|ed)|joke[sd]|dij(?:o|eron)|dicen?|cuenta|contó|explic[aó]|afirm[aó]|añad(?:e|ió)|record[aó]|asegur[aó]"
    r"|señal[aó]|confiesa|confesó|coment[aó]|declar[aó]|diz|disse|conta|contou|explicou|afirmou|acrescent(?:a|ou)"
    r"|lembr(?:a|ou)|garant(?:e|iu)|confess(?:a|ou)|говор(?:ит|ят|ил\p{L}?)|(?:с|рас)каз(?:ал|ывает)\p{L}{0,3}"
    r"|добав(?:ил|ляет)\p{L}?|(?:по|объ)ясн(?:ил|яет)\p{L}?|призна(?:лся|лась|ётся|ется)|вспомина(?:ет|л)\p{L}?"
    r"|отме(?:тил|чает)\p{L}?|ответил\p{L}?|заявил\p{L}?|و?(?:قال|قالت|يقول|تقول|أكد|أكدت|صرح|صرحت|أضاف|أضافت"
    r"|أوضح|أوضحت|تابع|تابعت)|कहा|कहते|कहती|कहता|बोले|बोली|बोला|बताया|बताती|बताते)(?![\p{L}\p{M}])"
    r"|[说說道]|表示|坦言|补充|補充|と[^、,]{0,30}[語話言述笑]|って[言話]",
    regex.IGNORECASE,
)


def interjections(text: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where the speaker is named inside of a quotation, with the marks around it."""
    for match in _BREAK.finditer(text):
        if _SAYS.search(match["said"]):
            yield match.span()
