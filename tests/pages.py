"""The code that README and the pages of docs/ show, for the tests that run it or hold it against the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

OFFLINE = ("check", "rules")
"""Commands of `pushgen` that call no service."""


def pages(root: Path) -> list[Path]:
    """README first."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def blocks(root: Path, language: str) -> list[str]:
    """Every code block in a language, also of those that stand in a list."""
    found = []
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        found += re.findall(rf"^ *```{language}\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)
    return found


def all_commands(root: Path) -> list[list[str]]:
    """Every command in a shell block, split into words."""
    joined = "\n".join(blocks(root, "sh")).replace("\\\n", " ")
    found = [shlex.split(line, comments=True) for line in joined.splitlines()]
    return [words for words in found if words]


def commands(root: Path, name: str) -> list[list[str]]:
    """Those that call `name`."""
    return [words for words in all_commands(root) if Path(words[0]).name == name]


def commands_here(root: Path, name: str) -> list[list[str]]:
    """Those for this machine. The domain of examples stands for a machine of the reader's."""
    return [words for words in commands(root, name) if not any(".example.com" in word for word in words)]
