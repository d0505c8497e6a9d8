"""The writer's corpus: items with copies that are fit to send, and copies that are not.

One JSON object a line: the fields of an Item (its image as `alt_text`), `copies` with their category, `bad` copies
with what is wrong with them, and `judged` copies of models that a reader has marked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from deployments import json_lines
from deployments.settings import Settings, describe
from deployments.types import Copy, Image, Item

# Ids of `training/probes`: items without copies, which are only for measuring.
PROBE: Final = "probe-"

Fault = Literal["wrong_fact", "misread", "invented", "empty", "off_tone", "broken", "other"]


class Written(Copy):
    """A copy that an editor would send, in a category of the catalogue."""

    category: str


class Bad(Copy):
    """A copy that looks plausible and is not fit to send."""

    kind: Fault


class Judged(Copy):
    """A model's copy with readers' marks, as `sample` wrote it.

    fit: the share of readers who would send it as it is; 0.5 too where the only reader found it true and mended its
    wording. mended: the same by a reader who changed as little as makes it
    fit. contrast, likelihood: what its writer said of it, see
    `sample.row`. source: which writer.
    """

    fit: float = Field(ge=0, le=1)
    category: str = ""
    finished: bool = True
    contrast: float | None = None
    likelihood: float | None = None
    source: str = ""
    mended: Copy | None = None

    @property
    def is_fit(self) -> bool:
        return self.fit > 0.5


class Entry(Settings):
    """One item and its copies."""

    id: str
    domain: str = ""
    locale: str = "en"
    title: str = ""
    description: str = ""
    creator: str = ""
    tags: tuple[str, ...] = ()
    metadata: dict[str, str] = Field(default_factory=dict)
    alt_text: str = ""
    copies: tuple[Written, ...] = ()
    bad: tuple[Bad, ...] = ()
    judged: tuple[Judged, ...] = ()

    @property
    def item(self) -> Item:
        """The item as serving sees it, without the bytes of its image."""
        return Item(
            id=self.id,
            locale=self.locale,
            title=self.title,
            description=self.description,
            creator=self.creator,
            tags=self.tags,
            metadata=self.metadata,
            images=(Image(alt_text=self.alt_text),) if self.alt_text else (),
        )


class BadCorpus(ValueError):
    """A file cannot be read; says which file, line and field."""


def read(paths: Sequence[Path]) -> list[Entry]:
    """Every entry of the files and of the folders' *.jsonl files. Raises BadCorpus, also for an id used twice."""
    entries: dict[str, Entry] = {}
    for path in _files(paths):
        for number, line in json_lines.read(path):
            try:
                entry = Entry.model_validate_json(line)
            except ValidationError as error:
                raise BadCorpus(f"{path.name}, line {number}: {describe(error)}") from None
            if entry.id in entries:
                raise BadCorpus(f"{path.name}, line {number}: the id {entry.id!r} is used twice")
            entries[entry.id] = entry
    if not entries:
        raise BadCorpus("no items: give files, or folders of files, in JSON Lines")
    return list(entries.values())


def held_out(entry: Entry) -> bool:
    """One item in ten, by its id, and every probe. Nothing learns from it: it calibrates and measures."""
    if entry.id.startswith(PROBE):
        return True
    return hashlib.sha256(entry.id.encode()).digest()[0] % 10 == 0


def judgements(paths: Sequence[Path]) -> dict[str, list[Judged]]:
    """Marked copies by the item's id, from lines of {"id", "title", "body", "fit", ...}; other fields are ignored."""
    by_item: dict[str, list[Judged]] = {}
    for path in _files(paths):
        for _, line in json_lines.read(path):
            row = json.loads(line)
            mark = {name: row[name] for name in Judged.model_fields if name in row}
            by_item.setdefault(row["id"], []).append(Judged(**mark))
    return by_item


def _files(paths: Sequence[Path]) -> Iterable[Path]:
    for path in paths:
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else (path,)
