"""Shortcodes of WordPress and BBCode in item text: `[caption id="a_12"]`, `[gallery ids="7,8"]`, `[/b]`. Pure.

Brackets are ordinary in prose: `[sic]`, `[VIDEO]`, `[1]`. A shortcode goes only if it is one beyond doubt: it has a
quoted value, or a usual name with any value, or its name is closed too. What it encloses stays.
"""

from __future__ import annotations

import re
from typing import Final

_USUAL: Final = (
    "audio button caption code col column contact-form contact-form-7 dropcap embed facebook form gallery gravityform "
    "highlight iframe image img instagram map playlist product products quote row rev_slider section slider "
    "sourcecode spotify tab table tabs tiktok toggle tweet twitter url video vimeo wp_caption youtube"
)
_KNOWN: Final = frozenset(_USUAL.split())
_BUILDERS: Final = ("av_", "et_pb_", "fusion_", "mk_", "vc_")  # the names of page builders begin so

_QUOTES: Final = "\"'\u2018\u2019\u201c\u201d\u201e\u2032\u2033"  # typographers change those of a shortcode too
_NAME: Final = r"[a-z][a-z0-9]*+(?:[_-][a-z0-9]++)*+"
_QUOTED: Final = rf"[a-z_][\w:.-]*+\s?=\s?\\?[{_QUOTES}][^{_QUOTES}\[\]]*+[{_QUOTES}]"
_VALUED: Final = r"[a-z_][\w:.-]*+=[^\s\[\]]++|https?://[^\s\[\]]++"
_SHORTCODE: Final = re.compile(
    rf"""(?<!\[)\[(?:
      /(?P<end>{_NAME})\s*\]
    | (?P<name>{_NAME})
      (?: (?P<bare>=[^\s\[\]]++|\s*/?)\]
        | (?P<attributes>(?:\s++(?:{_QUOTED}|{_VALUED}|[\w"'.,-]++))++)
          (?: \s*/?\] | (?P<cut>(?:\s+[a-z_][\w:.-]*+=[^\[\]]*+)?)\Z )
        | (?P<cut_first>\s+[a-z_][\w:.-]*+=[^\[\]]*+)\Z
      )
    )(?!\])""",
    re.VERBOSE | re.IGNORECASE,
)
_HAS_QUOTED: Final = re.compile(rf"\s{_QUOTED}", re.IGNORECASE)
_HAS_VALUE: Final = re.compile(rf"\s(?:{_VALUED})", re.IGNORECASE)
_END: Final = re.compile(rf"\[/({_NAME})\s*\]", re.IGNORECASE)
_BEGINNING: Final = re.compile(rf"\[({_NAME})(?=[\s=/\]])", re.IGNORECASE)


def without_shortcodes(text: str) -> str:
    if "[" not in text:
        return text
    closed = {name.lower() for name in _END.findall(text)}
    opened = {name.lower() for name in _BEGINNING.findall(text)} if closed else set()

    def shown(match: re.Match[str]) -> str:
        if match["end"]:
            name = match["end"].lower()
            return "" if name in opened or _known(name) else match.group()
        return "" if _is_shortcode(match, closed) else match.group()

    return _SHORTCODE.sub(shown, text)


def _known(name: str) -> bool:
    return name in _KNOWN or name.startswith(_BUILDERS)


def _is_shortcode(match: re.Match[str], closed: set[str]) -> bool:
    name = match["name"].lower()
    if name in closed or name.startswith(_BUILDERS):
        return True
    attributes = match["attributes"] or ""
    if _HAS_QUOTED.search(attributes):
        return True
    return name in _KNOWN and bool(match["cut_first"] or match["cut"] or _HAS_VALUE.search(attributes))
