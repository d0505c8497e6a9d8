"""The language of an audience and the scripts that it reads, from its BCP-47 tag and CLDR's likely subtags."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import langcodes
from langcodes.data_dicts import LIKELY_SUBTAGS

# What the scripts of CLDR consist of, by the names of Unicode's property Script.
_PARTS: Final = {
    "Jpan": ("Hani", "Hira", "Kana"),
    "Kore": ("Hang", "Hani"),
    "Hans": ("Hani", "Bopo"),
    "Hant": ("Hani", "Bopo"),
    "Aran": ("Arab",),
}
# Languages that are written in more scripts than the likely one, and whose tag need not say in which.
_MORE_SCRIPTS: Final = {
    **dict.fromkeys(("az", "kk", "ky", "tg", "tk", "ug", "uz"), ("Latn", "Cyrl", "Arab")),
    **dict.fromkeys(("bal", "ckb", "ha", "ku", "ms", "so", "sw", "wo"), ("Latn", "Arab")),
    **dict.fromkeys(("bs", "cnr", "crh", "gag", "kaa", "ro", "rom", "sr", "tt"), ("Latn", "Cyrl")),
    **dict.fromkeys(("ban", "bug", "jv", "mad", "su"), ("Latn", "Java", "Sund", "Bali", "Bugi", "Arab")),
    **dict.fromkeys(("ks", "sd"), ("Arab", "Deva")),
    **dict.fromkeys(("kok", "sa"), ("Deva", "Latn", "Knda", "Mlym")),
    **dict.fromkeys(
        ("brx", "doi", "hoc", "mni", "sat", "unr"), ("Beng", "Deva", "Latn", "Mtei", "Olck", "Orya", "Arab")
    ),
    **dict.fromkeys(("kab", "rif", "shi", "tzm", "zgh"), ("Latn", "Arab", "Tfng")),
    **dict.fromkeys(("cr", "iu", "oj"), ("Cans", "Latn")),
    **dict.fromkeys(("bm", "ff", "man", "nqo", "vai"), ("Latn", "Adlm", "Arab", "Nkoo", "Vaii")),
    "mn": ("Cyrl", "Mong"),
    "chr": ("Cher", "Latn"),
    "yi": ("Hebr", "Latn"),
}


@dataclass(frozen=True)
class Audience:
    """Who reads a copy.

    language: primary subtag, as CLDR has it ("he" for "iw"). scripts: ISO 15924 codes of single scripts ("Hani", not
    "Jpan"); empty for a language that CLDR does not know. form: "Hans" or "Hant", where the tag tells. transcribed:
    whether the tag asks for a script that the language does not use, as hi-Latn does.
    """

    language: str
    scripts: frozenset[str] = frozenset()
    form: str = ""
    transcribed: bool = False

    @property
    def latin(self) -> bool:
        return "Latn" in self.scripts


@lru_cache(maxsize=512)
def audience_of(tag: str) -> Audience:
    """Read a tag. For one that is malformed, or that names an unknown language, there are no scripts."""
    try:
        read = langcodes.get(tag.replace("_", "-") or "en")
    except ValueError:
        return Audience("")
    language = "zh" if read.language == "cmn" else read.language or ""
    if language not in LIKELY_SUBTAGS or language == "und":
        return Audience(language)
    script = read.maximize().script or ""
    form = script if script in ("Hans", "Hant") and tag.lower() not in ("zh", "zho", "chi", "cmn") else ""
    usual = _single(langcodes.get(language).maximize().script or "") | set(_MORE_SCRIPTS.get(language, ()))
    if read.script:
        return Audience(language, _single(script), form, transcribed=not _single(script) <= usual)
    return Audience(language, _single(script) | frozenset(_MORE_SCRIPTS.get(language, ())), form)


def _single(script: str) -> frozenset[str]:
    return frozenset(_PARTS.get(script, (script,)))
