"""Embeddings of copies. The longest step of a training: it shows progress, and resumes from checkpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from deployments.encoder import Encoder

_PART: Final = 2048
_BATCH: Final = 64


def embed(
    encoder: Encoder, texts: Sequence[str], what: str, console: Console, checkpoints: Path | None = None
) -> NDArray[np.float32]:
    """[texts, dim] of texts in their serving form (`text.render_copy`).

    With a folder for checkpoints every 2,048 texts are kept there, and those of an earlier run with the same encoder
    and texts are not computed again.
    """
    parts = [texts[start : start + _PART] for start in range(0, len(texts), _PART)]
    done = []
    shown = track(parts, f"embedding {what}", console=console, disable=not console.is_terminal)
    for number, part in enumerate(shown, start=1):
        path = checkpoints / f"{_name(encoder, part)}.npy" if checkpoints else None
        if path and path.exists():
            done.append(np.load(path))
            continue
        done.append(_part(encoder, part))
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".tmp.npy")
            np.save(unfinished, done[-1])
            unfinished.rename(path)
        if not console.is_terminal:
            console.print(f"embedding {what}: {number} of {len(parts)} parts")
    return np.concatenate(done) if done else np.empty((0, encoder.dim), np.float32)


def batches(lengths: Sequence[int], size: int = _BATCH) -> Iterator[list[int]]:
    """Indexes in batches of like length, so that little is padded."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _part(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    rows = encoder.pre(texts)
    embeddings = np.empty((len(rows), encoder.dim), np.float32)
    for index in batches([row.tokens for row in rows]):
        embeddings[index] = encoder.core([rows[i] for i in index])
    return embeddings


def _name(encoder: Encoder, texts: Sequence[str]) -> str:
    digest = hashlib.sha256(f"{encoder.settings.model_dump()} {encoder.revision()}".encode())
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:24]
