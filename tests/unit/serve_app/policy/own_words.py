"""The words that the rules know: those in their patterns and in their files, by module. For tests of what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import regex
import yaml

import serve_app.policy as package
from serve_app.policy.barred_claims import _claims_of
from serve_app.policy.cues import Cued
from serve_app.policy.cures import _words_of
from serve_app.policy.form import form_of

_MADE: dict[str, Callable[[str], object]] = {
    "serve_app.policy.form": form_of,
    "serve_app.policy.cures": _words_of,
    "serve_app.policy.barred_claims": _claims_of,
}
LANGUAGES = ("en", "es", "pt", "ru", "ar", "hi", "ja", "zh")
Pattern = regex.Pattern[str] | re.Pattern[str]
# What is no letter of a word in a pattern's source.
_SYNTAX = regex.compile(
    r"\(\?P?<\w+>|\(\?[\w^-]*:|\(\?<?[=!]|\(\?>|\\[pP]\{[^}]*\}|\\[A-Za-z0-9]|\{\d*,?\d*\}|[?*+]|\[\^[^\]]*\]"
)
_SET = regex.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_UNBOUNDED = regex.compile(r"(?<!\\)(?:\\\\)*[*+]|\{\d+,\}")
_CLASS = regex.compile(r"\[(\\?.)[^\]]*\]")
_BOUNDS = regex.compile(r"[\0()|\[\]^$]")


def patterns() -> list[tuple[str, Pattern]]:
    """Return the patterns that modules hold, and those that are made of their files, each with the module's name."""
    found: dict[str, tuple[str, Pattern]] = {}
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        values = list(vars(import_module(module.name)).values())
        made = _MADE.get(module.name)
        values += [made(language) for language in LANGUAGES] if made else []
        for pattern in _patterns(values):
            found.setdefault(str(pattern.pattern), (module.name, pattern))
    return list(found.values())


def _patterns(value: Any, depth: int = 0) -> Iterator[Pattern]:
    if isinstance(value, (regex.Pattern, re.Pattern)):
        yield value
    elif isinstance(value, Cued):
        yield value._pattern
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (one for field in fields(value) for one in _patterns(getattr(value, field.name), depth + 1))
    elif depth < 4 and isinstance(value, (list, tuple, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _patterns(inner, depth + 1)


def is_unbounded(source: str) -> bool:
    """Whether a part of a pattern may be of any length: what has none is linear in the text."""
    return _UNBOUNDED.search(_SET.sub("x", source)) is not None


@cache
def words_in(source: str) -> tuple[str, ...]:
    """Return the words in the source of a pattern, and one character of each of its sets."""
    bare = _CLASS.sub(lambda match: match[1].removeprefix("\\"), _SYNTAX.sub("\0", source))
    words = (run.replace("\\", "").strip() for run in _BOUNDS.split(bare))
    return tuple(dict.fromkeys(word for word in words if word))


def words_of_files() -> dict[str, tuple[str, ...]]:
    """Return the words in the rules' YAML files."""
    folder = Path(package.__file__).parent
    return {
        path.relative_to(folder).as_posix(): tuple(dict.fromkeys(_strings(yaml.safe_load(path.read_text()))))
        for path in sorted(folder.rglob("*.yaml"))
        if path.name not in {"form.yaml", "cures.yaml"}  # patterns
    }


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
