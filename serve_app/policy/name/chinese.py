"""Names in Chinese: jieba's tags, family names, titles, and transliterations with a middle dot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex
import rjieba

from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known
from serve_app.policy.name.lists import listed, places, well_known

# Family names that begin few other words: a word of two characters that jieba calls a name is one.
_FAMILY: Final = frozenset(
    "张王李刘陈杨赵吴徐孙朱郭郑谢宋许邓冯彭肖董袁潘蒋蔡沈姚卢姜崔谭范廖贾邹薛闫郝龚邵覃邱尹孟秦魏吕周林何罗梁唐曹韩杜"
    "張劉陳楊趙吳孫鄭謝許鄧馮蕭蔣瀋盧譚範賈鄒閆龔魯呂羅韓周苏蘇胡高马馬黄黃丁任钟鍾陆陸夏侯汪葛樊翁殷章施霍梅岳倪庞柯尤柴"
)
_TITLES: Final = (
    r"先生|女士|小姐|老师|老師|教授|医生|醫生|院士|导演|導演|教练|教練|师傅|師傅|阿姨|奶奶|爷爷|同学|总裁|"
    r"董事长|主席|总统|部长"
)
_TITLED = regex.compile(rf"(\p{{Han}}{{1,3}})(?:{_TITLES})")
_DOTTED = regex.compile(r"\p{Han}{1,8}(?:[·・‧•]\p{Han}{1,8})+")
_PLACE = regex.compile(r"ns|nt")
_PERSON = regex.compile(r"nr")
_SUFFIX = regex.compile(r"(?<=..)[省市县區区镇村州]$")
_LONGEST_GIVEN: Final = 2
_FAMILIAR: Final = frozenset("老小阿大")  # before a family name
_NUMERALS: Final = frozenset("一二三四五六七八九十百千万两几半")


def names(text: str, known: Known) -> Iterator[Found]:
    """Yield the names of a text that the item does not have."""
    dotted = list(_DOTTED.finditer(text))
    for match in dotted:
        if not _is_transliterated(match[0], known):
            yield Found(match[0], match.start(), match.end())
    end = 0
    for token, tag in rjieba.tag(text):
        start, end = end, end + len(token)
        if any(match.start() < end and start < match.end() for match in dotted):
            continue
        if text[start - 1 : start] in _FAMILIAR and known.has(text[start - 1] + token[0]):
            continue
        if len(token) > 1 and _is_name(token, tag) and not _has(token, known):
            yield Found(token, start, end, _is_sure(token, tag, known))


def _is_name(token: str, tag: str) -> bool:
    if token in well_known():
        return True
    if token in listed("ordinary_han") or token[0] in _NUMERALS:
        return False
    if token in places() or _PLACE.match(tag):
        return True
    if _PERSON.match(tag) is None and not (titled := _TITLED.fullmatch(token)):
        return False
    if titled := _TITLED.fullmatch(token):
        return titled[1][0] in listed("family_han")
    return token[0] in _FAMILY and len(token) <= 1 + _LONGEST_GIVEN


def _is_sure(token: str, tag: str, known: Known) -> bool:
    """Whether it is surely a name: jieba also tags words of two characters, and phrases that hold a place."""
    if token in well_known():
        return True
    full_name = token[0] in _FAMILY and (len(token) > 2 or token[0] in known.text)
    return not known.foreign(token) and (
        full_name or token in places() or tag.startswith("ns") or _TITLED.fullmatch(token) is not None
    )


def _has(token: str, known: Known) -> bool:
    """Whether the item has the name: whole, its short form, or with a title in place of the given name."""
    if known.has(token):
        return True
    titled = _TITLED.fullmatch(token)
    if titled and known.has(titled[1]):
        return True
    place = _SUFFIX.sub("", token)
    return known.has(place) or _is_short_for(token, known)


def _is_short_for(token: str, known: Known) -> bool:
    """Whether it abbreviates words of the item: each character stands there, in order, in one run."""
    if token[0] in _FAMILY and len(token) <= 3 and token[0] + token[1] not in known.text and _looks_personal(token):
        return False
    pattern = r"\p{Han}{0,4}".join(map(regex.escape, token))
    return regex.search(pattern, known.text) is not None


def _looks_personal(token: str) -> bool:
    return len(token) in {2, 3}


def _is_transliterated(name: str, known: Known) -> bool:
    """Whether the item has a name in another script that sounds so. What stands before the first part may be a word."""
    if name in known.text:
        return True
    first, *rest = regex.split(r"[·・‧•]", name)
    starts = [first[at:] for at in range(len(first))]
    ends = [rest[-1][:at] for at in range(1, len(rest[-1]) + 1)]
    return (
        any(known.has(part) for part in starts)
        and all(known.has(part) for part in rest[:-1])
        and any(map(known.has, ends))
    )
