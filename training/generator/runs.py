"""What the trainings of a generator share: the base, the name of a run, what is said of the data."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deployments import weights
from deployments.errors import Misconfigured


def loaded(base: str) -> tuple[Any, Any]:
    """Model and tokenizer. Raises Misconfigured."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - seconds

    from training.generator import tune  # noqa: PLC0415 - seconds

    try:
        folder = weights.resolve(base)
        return tune.load(folder), AutoTokenizer.from_pretrained(folder)
    except OSError:
        raise Misconfigured(f"--base {base!r}: no such model here") from None


def run_name(recipe: Any, base: str, sequences: Sequence[Any]) -> str:
    """Checkpoints of another run are none of this one's."""
    digest = hashlib.sha256(f"{recipe} {base} {weights.revision(base)}".encode())
    for row in sequences:
        digest.update(repr(row).encode())
    return digest.hexdigest()[:12]


def data_of(rows: Sequence[dict[str, Any]], folders: Sequence[Path], name: str) -> dict[str, Any]:
    """What a report says of the rows that were read from `name` in the folders."""

    def by(key: str) -> dict[str, int]:
        found = Counter("+".join(row[key]) if isinstance(row[key], list) else str(row[key]) for row in rows)
        return dict(found.most_common())

    digest = hashlib.sha256()
    for folder in folders:
        digest.update((folder / name).read_bytes() if (folder / name).is_file() else b"")
    known = [key for key in ("source", "style", "fields", "profile") if all(key in row for row in rows)]
    return {"examples": len(rows), "sha256": digest.hexdigest()[:12], **{key: by(key) for key in known}}


def versions() -> dict[str, str]:
    """Of the libraries that train."""
    return {name: importlib.metadata.version(name) for name in ("torch", "transformers", "peft")}
