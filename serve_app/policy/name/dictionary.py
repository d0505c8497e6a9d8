"""The dictionaries of simplemma as sorted hashes in the cache folder, which all processes of a machine map.

simplemma itself needs up to a gigabyte and eight seconds to read one, so that is done once, in a process of its own.
"""

from __future__ import annotations

import importlib.metadata
import logging
import mmap
import os
import subprocess
import sys
import zlib
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deployments.errors import Misconfigured
from deployments.weights.cache import make_once, silent
from serve_app.policy.text import bare

logger = logging.getLogger("ray.serve")

Hashes = Sequence[int]
"""Sorted CRC-32 sums. Of a million words three in ten thousand others have the sum of one."""

LANGUAGES: Final = frozenset(("ar", "de", "en", "es", "fr", "hi", "it", "pt", "ru"))
"""Those whose dictionary is large enough, and read in seconds."""

_FORMAT: Final = 1
_WORDS: Final = "words.bin"
_CAPITALS: Final = "capitals.bin"
_MAIN: Final = "import sys; from serve_app.policy.name.dictionary import main; main(*sys.argv[1:])"


def hash_of(word: str) -> int:
    return zlib.crc32(word.encode())


def read(language: str) -> tuple[Hashes, Hashes]:
    """Return the words of a language, and those that its dictionary writes with a capital.

    Without a cache folder they are made in memory.
    """
    key = f"names-{language}-{importlib.metadata.version('simplemma')}-{_FORMAT}"
    try:
        folder = make_once(key, f"the dictionary of {language!r}", lambda folder: _make(language, folder), silent)
        return _mapped(folder / _WORDS), _mapped(folder / _CAPITALS)
    except Misconfigured as error:
        logger.warning("a dictionary is kept in memory: %s", error)
        return hashes_of(language)


def hashes_of(language: str) -> tuple[array[int], array[int]]:
    """Read the dictionary itself."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory  # noqa: PLC0415 - heavy

    forms = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language)
    words = {*forms, *forms.values()}
    return _hashes([w for w in words if not w[:1].isupper()]), _hashes([w for w in words if w[:1].isupper()])


def _hashes(words: Sequence[str]) -> array[int]:
    return array("I", sorted(set(map(hash_of, bare("\n".join(words)).split("\n")))))


def _make(language: str, folder: Path) -> None:
    """Make the files in a process of its own. Raises OSError."""
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    command = [sys.executable, "-c", _MAIN, language, str(folder)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, check=False)
    if done.returncode:
        raise OSError(f"ended with {done.returncode}")


def _mapped(path: Path) -> Hashes:
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # which cannot be mapped
            return ()
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("I")


def main(language: str, folder: str) -> None:
    """Write the files of a language."""
    for name, hashes in zip((_WORDS, _CAPITALS), hashes_of(language), strict=True):
        with (Path(folder) / name).open("wb") as file:
            hashes.tofile(file)
