"""The fit measure: the probability that a strict reader would send a copy of an item as it is.

    model = FitModel.load(Path("models/fit"))
    rows = model.encode(model.facts(facts_of(item, caption)), copies)
    probabilities = np.concatenate(model.forward(rows))

All methods block: call them from a thread. The batcher runs `forward`, and `training/fitness` measures with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from deployments.encoder import Device, DType, pick_device, pick_dtype
from deployments.errors import Misconfigured
from deployments.item_text import fitted
from deployments.reward import fit_net as files
from deployments.reward.fit_net import FitConfig, FitNet, Packed
from deployments.reward.grounding import Facts, Mark, Repeat, Word
from deployments.types import Copy, ItemFacts
from deployments.weights import resolve, revision

Marks = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """Tokens of the facts or of one copy, with the marks of each (`FitNet.marks`), and a copy's `Facts.wording`."""

    ids: list[int]
    marks: list[Marks]
    wording: float = 0.0

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class FitRow:
    """One packed row: an item's facts and some of its copies."""

    facts: Piece
    copies: tuple[Piece, ...]

    @property
    def tokens(self) -> int:
        return len(self.facts) + sum(map(len, self.copies))


class FitTokenizer:
    """Tokenises facts and copies. Safe in any thread."""

    def __init__(self, folder: str, config: FitConfig) -> None:
        from transformers import AutoTokenizer  # noqa: PLC0415 - heavy

        tokenizer: Any = AutoTokenizer.from_pretrained(folder, use_fast=True)
        self._config = config
        self._start, self._end = int(tokenizer.cls_token_id), int(tokenizer.sep_token_id)
        self.control_words = tuple(tokenizer.all_special_tokens)
        self._backend = tokenizer.backend_tokenizer
        self._backend.no_padding()
        self._backend.no_truncation()

    def count(self, text: str) -> int:
        return len(self._backend.encode(text, add_special_tokens=False).ids)

    def facts(self, text: str) -> Piece:
        ids = self._backend.encode(text, add_special_tokens=False).ids[: self._config.facts_tokens]
        ids = [self._start, *ids, self._end]
        return Piece(ids, [_marks(Mark.FACTS)] * len(ids))

    def copy(self, copy: Copy, facts: Facts) -> Piece:
        """Tokenise as [CLS] title [SEP] body [SEP], cut at `copy_tokens`."""
        ids, marks = [self._start], [_NO_WORD]
        fields = [" ".join(text.split()) for text in (copy.title, copy.body)]
        for text, words in zip(fields, facts.marks(*fields), strict=True):
            encoded = self._backend.encode(text, add_special_tokens=False)
            ids += [*encoded.ids, self._end]
            marks += [*_spread(encoded.offsets, words), _NO_WORD]
        room = self._config.copy_tokens
        return Piece(ids[:room], marks[:room], facts.wording(*fields))


def _marks(mark: Mark, repeat: Repeat = Repeat.NONE) -> Marks:
    return int(mark), len(Mark) + int(repeat)


_NO_WORD: Final = _marks(Mark.OTHER)


def _spread(offsets: Sequence[tuple[int, int]], words: Sequence[Word]) -> list[Marks]:
    """Give each token the marks of the word in which it begins."""
    marks, at = [], 0
    for start, _ in offsets:
        while at < len(words) and words[at].end <= start:
            at += 1
        inside = at < len(words) and words[at].start <= start
        marks.append(_marks(words[at].mark, words[at].repeat) if inside else _NO_WORD)
    return marks


def wording_of(rows: Sequence[FitRow]) -> NDArray[np.float32]:
    """Return [copies of all rows]: each copy's `Facts.wording`."""
    return np.array([copy.wording for row in rows for copy in row.copies], np.float32)


def pack(rows: Sequence[FitRow]) -> Packed:
    """Concatenate rows without padding. The positions of each copy continue those of its facts."""
    ids: list[int] = []
    marks: list[Marks] = []
    positions: list[int] = []
    facts_places: list[range] = []
    copy_places: list[range] = []

    def add(piece: Piece, first: int) -> range:
        place = range(len(ids), len(ids) + len(piece))
        ids.extend(piece.ids)
        marks.extend(piece.marks)
        positions.extend(range(first, first + len(piece)))
        return place

    for row in rows:
        facts_places.append(add(row.facts, 0))
        copy_places += [add(piece, len(row.facts)) for piece in row.copies]
    of_row = [n for n, row in enumerate(rows) for _ in row.copies]
    return Packed(
        _integers(ids), _integers(marks), _integers(positions), _padded(facts_places), _padded(copy_places),
        _integers(of_row),
    )  # fmt: skip


def _integers(numbers: list[int] | list[Marks]) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.int64)


def _padded(places: Sequence[range]) -> torch.Tensor:
    """Return [texts, longest], padded with -1."""
    longest = max(map(len, places))
    return torch.tensor([[*place, *[-1] * (longest - len(place))] for place in places], dtype=torch.int64)


class FitModel:
    """Facts and copies in, probabilities out."""

    def __init__(
        self, net: FitNet, tokenizer: FitTokenizer, config: FitConfig, revision: str = "", device: str = "cpu"
    ) -> None:
        self.net = net
        self.tokenizer = tokenizer
        self.config = config
        self.revision = revision
        self._device = device

    @classmethod
    def load(cls, folder: Path, device: Device = "auto", dtype: DType = "auto") -> FitModel:
        """Load, in seconds. Raises Misconfigured for missing files, or an encoder other than that of the training."""
        saved = files.load(folder)
        config = saved.config
        place, trunk_folder = pick_device(device), resolve(config.encoder)
        if config.encoder_revision and revision(config.encoder) != config.encoder_revision:
            raise Misconfigured(
                f"reward.fit was trained on {config.encoder} {config.encoder_revision}, here is "
                f"{revision(config.encoder)}: train it again or install that encoder"
            )
        net = new_net(trunk_folder, config)
        saved.into(net)
        net = net.eval().to(place, getattr(torch, pick_dtype(dtype, place)))
        return cls(net, FitTokenizer(trunk_folder, config), config, saved.revision, place)

    def knows(self, language: str) -> bool:
        return language in self.config.languages

    def facts(self, item_facts: ItemFacts) -> str:
        """Lay out the item's facts for the network."""
        tokenizer = self.tokenizer
        return fitted(item_facts, self.config.facts_tokens, tokenizer.count, tokenizer.control_words)

    def encode(self, item_facts: str, copies: Sequence[Copy]) -> list[FitRow]:
        """Pack the copies of one item into as few rows as possible, in order. Any thread. item_facts: from `facts`."""
        facts_piece, facts = self.tokenizer.facts(item_facts), Facts(item_facts)
        rows: list[FitRow] = []
        row: list[Piece] = []
        for piece in (self.tokenizer.copy(copy, facts) for copy in copies):
            if row and len(facts_piece) + sum(map(len, row)) + len(piece) > self.config.row_tokens:
                rows.append(FitRow(facts_piece, tuple(row)))
                row = []
            row.append(piece)
        return [*rows, FitRow(facts_piece, tuple(row))] if row else rows

    def forward(self, rows: Sequence[FitRow]) -> list[NDArray[np.float32]]:
        """Return for each row its copies' probabilities, 0 to 1."""
        logits = self.config.judged(self.logits(rows), wording_of(rows))
        chances = 1 / (1 + np.exp(-np.clip(self.config.slope * logits + self.config.shift, -30, 30)))
        ends = np.cumsum([len(row.copies) for row in rows])[:-1]
        return np.split(chances.astype(np.float32), ends)

    def logits(self, rows: Sequence[FitRow]) -> NDArray[np.float32]:
        """Return [copies of all rows]: the network's logits, before wording and calibration."""
        packed = pack(rows)
        with torch.inference_mode():
            on_device = Packed(*(tensor.to(self._device) for tensor in vars(packed).values()))
            return self.net(on_device).float().cpu().numpy()

    def warmup(self) -> None:
        """Run a short and a long row. Raises Misconfigured when the probabilities are not finite."""
        copies = [Copy(title="A copy to begin with", body="And what it says. " * n) for n in range(1, 9)]
        rows = [*self.encode("Title: x", copies[:1]), *self.encode("Title: x. " * 60, copies)]
        for row in rows:
            if not np.isfinite(self.forward([row])[0]).all():
                raise Misconfigured("reward.fit: its probabilities are not finite; train it again")


def dim_of(folder: str) -> int:
    """Return the width of the trunk in `folder`."""
    from transformers import AutoConfig  # noqa: PLC0415 - heavy

    return int(AutoConfig.from_pretrained(folder).hidden_size)


def new_net(folder: str, config: FitConfig) -> FitNet:
    """Build the untrained network on the trunk in `folder`. Raises Misconfigured."""
    from transformers import AutoModel  # noqa: PLC0415 - heavy

    try:
        trunk = AutoModel.from_pretrained(folder, dtype=torch.float32)
    except (OSError, ValueError) as error:
        raise Misconfigured(f"reward.fit: the encoder could not be loaded: {type(error).__name__}") from error
    if trunk.config.hidden_size != config.dim:
        raise Misconfigured(f"reward.fit: config.json has dim={config.dim}, its trunk {trunk.config.hidden_size}")
    return FitNet(trunk, config.dim)
