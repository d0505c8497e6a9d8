"""Speech in a copy: quotation marks, a dash before direct speech, and "Name: words"."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import regex

from serve_app.policy.text import words

# An opening mark is none of what it opens, and an apostrophe follows a letter: so each text is read once. A quotation
# that nobody closes goes to the end of the field. German turns the guillemets: »so«.
_MARKED = regex.compile(
    r"“([^“”]+)(?:”|$)|(?<![\p{L}\p{N}])\"(?=\S)([^\"]+)(?:\"|$)|„([^„“”]+)(?:[“”]|$)|(?<![\p{L}\p{N}])»(?=\S)([^«»]+)(?:«|$)|«([^«»]+)(?:»|$)|「([^「」]+)(?:」|$)|『([^『』]+)(?:』|$)"
    r"|‹([^‹›]+)›|(?<![\p{L}\p{M}\p{N}])[‘']([^‘’']{3,}+(?:(?<=[\p{L}\p{M}\p{N}])['’]\p{L}[^‘’']*+)*)[’'](?![\p{L}\p{M}\p{N}])"
)
# Spanish, Portuguese and Russian speech: "—No sé —dijo", "— Пойду, — сказал он".
_DASHED = regex.compile(r"(?:^|(?<=[.!?:…\n]|[.!?…]»)\s)[—–―]\s?(?=\p{L}|[¿¡])([^—–―\n]+)")
_LABELLED = regex.compile(
    r"(?:^|(?<=[.!?…。！？\n])\s*)([\p{L}\p{M}'’ .·・-]{1,40}+)[:：]\s?([^:：\n\"“«„「『‘]{2,}+)$"
)
_DASHES: Final = frozenset("—–―")
_COLONS: Final = frozenset(":：")

_PLACEHOLDER = regex.compile(r"\{\{[^{}]*+\}\}")


_CJK: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_LEAST_CJK: Final = 5  # characters of a quotation in a script without spaces
_LONGEST_LABEL: Final = 4  # words
_FIRST_PERSON: Final = regex.compile(
    r"(?<![\p{L}\p{M}])(?:i|i['’](?:m|ve|d|ll)|me|my|we|we['’](?:re|ve|d|ll)|us|our"
    r"|yo|mi|mis|nos|nosotr[oa]s|nuestr[oa]s?|eu|meus?|minhas?|nós|nosso|nossa|a gente"
    r"|я|меня|мне|мной|мой|моя|моё|мои|мы|нас|нам|наш|наша|наши"
    r"|أنا|نحن|(?:لن|لا|لم|سوف) [أن]\p{L}+|س[أن]\p{L}{2,}|أحب|أكره|أريد|أشعر|أعتقد|أخاف|أتمنى"
    r"|मैं|मैंने|मुझे|मेरा|मेरी|मेरे|हम|हमने|हमें|हमारा|हमारी|हमारे)(?![\p{L}\p{M}])"
    r"|[私僕俺我咱]|わたし|ぼく|オレ",
    regex.IGNORECASE,
)
# Spanish, Portuguese and Arabic say "I" and "we" by the verb: it opens the sentence, perhaps after a negation.
_FIRST_PERSON_VERB: Final = regex.compile(
    r"^(?:no |não |nunca |jamás |jamais |ya |já )?(?!(?:zw|dr|fr|b)ei\b)"
    r"(?!as[ií]\b|aqu[ií]\b|ah[ií]\b|all[ií]\b|qué\b|por|café\b)"
    r"\p{L}{2,}(?:é|í|amos|emos|imos|ei)(?!\p{L})|^(?:ما )?(?!\p{L}*ات )\p{Arabic}{2,}(?:ت|نا) ",
    regex.IGNORECASE,
)
_SAID: Final = regex.compile(
    r"(?<![\p{L}\p{M}])(?:says?|said|tells?|told|admits?|recalls?|dijo|dice|confiesa|cuenta|afirma|asegura|jura|responde"
    r"|diz|disse|conta|revela|confessa|сказала?|говорит|признал(?:ся|ась)|ответила?|рассказала?|заявила?"
    r"|قال|قالت|يقول|تقول|أكد|أكدت|صرح|कहा|कहते|कहती|बोले|बोली|बोला|बताया)(?![\p{L}\p{M}])"
    r"|[说說道表示]$|と(?:語|話|言|述)|って(?:言|話)",
    regex.IGNORECASE,
)
# "She says yes: fry it dark", "we tell it once: the night ..." go on in the writer's words.
_REPORTED: Final = regex.compile(
    r"(?<![\p{L}\p{M}])(?:(?:i|we|let me|nosotros|yo|nós|eu|я|мы) (?:can |will |now )?(?:say|tell|dice|diz|говор\p{L}*)"
    r"|\p{L}+ (?:yes|no|so|why|how|sí|que sí|que no|sim|que sim|não|да|нет|نعم|لا|हाँ|नहीं))(?![\p{L}\p{M}])\P{L}*$"
    r"|^(?:so )?(?:i|we) ",
    regex.IGNORECASE,
)
_BESIDE: Final = 24  # characters around a quotation in which its speaker stands


class Speech(NamedTuple):
    """Words that a copy has somebody say, and where."""

    text: str
    start: int
    end: int


def speech(text: str, min_words: int, is_person: Callable[[str], bool]) -> Iterator[Speech]:
    """Yield what somebody says. Shorter quotations pass without a speaker: scare quotes, nicknames, titles.

    is_person: whether the words before a colon are somebody of the item.
    """
    text = _PLACEHOLDER.sub(lambda match: " " * len(match[0]), text)
    end = 0
    for match in _MARKED.finditer(text):
        group = match.lastindex or 0
        spoken = Speech(match[group], match.start(group), match.end(group))
        end = match.end()
        if is_long(spoken.text, min_words) or (is_long(spoken.text, 2) and _is_said(text, match.start(), end)):
            yield spoken
    for match in _DASHED.finditer(text) if not _DASHES.isdisjoint(text) else ():
        if is_long(match[1], 2):
            yield Speech(match[1].strip(), match.start(1), match.end(1))
    label = _LABELLED.search(text, end) if not _COLONS.isdisjoint(text) else None
    if label and is_long(label[2], 2) and _is_speaker(label[1], label[2], is_person):
        yield Speech(label[2].strip(), label.start(2), label.end(2))


def _is_speaker(label: str, spoken: str, is_person: Callable[[str], bool]) -> bool:
    """Whether "label: words" is speech and no headline such as "Soup: my way"."""
    if _SAID.search(label):
        return not _REPORTED.search(label)
    return len(words(label)) <= _LONGEST_LABEL and speaks_of_itself(spoken) and is_person(label)


def is_long(quoted: str, min_words: int) -> bool:
    """Whether it has so many words, or five characters in a script without spaces."""
    if _CJK.search(quoted):
        return len("".join(words(quoted))) >= _LEAST_CJK
    return len(words(quoted)) >= min_words


def speaks_of_itself(text: str) -> bool:
    return bool(_FIRST_PERSON.search(text) or _FIRST_PERSON_VERB.search(text.strip()))


def _is_said(text: str, start: int, end: int) -> bool:
    """Whether a speaker stands beside a quotation of two words, or it speaks of itself."""
    before, after = text[max(0, start - _BESIDE) : start], text[end : end + _BESIDE]
    return (
        before.rstrip().endswith((":", "："))
        or after.lstrip(" ,").startswith(("—", "–"))
        or bool(_SAID.search(before.rstrip(" ,")) or _SAID.search(after))
        or speaks_of_itself(text[start + 1 : end - 1])
    )
