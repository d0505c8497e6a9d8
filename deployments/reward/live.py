"""Models in memory: loaded by reference and revision; several may share a batch, as when one follows the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from deployments.errors import Misconfigured
from deployments.item_text import prompt_facts
from deployments.paths import find
from deployments.prompt_revision import prompt_revision
from deployments.reward.text import render_copy
from deployments.types import Stage, StageRevision
from deployments.weights import public_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from deployments.reward.fit import FitModel, FitRow
    from deployments.reward.model import Encoded, RewardModel
    from deployments.reward.settings import RewardSettings

_NONE: Final = np.empty(0, np.float32)


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model ready to serve, and what answers it gives say of it."""

    reference: str
    model: RewardModel
    revision: StageRevision

    def is_what(self, reference: str, revision: str) -> bool:
        return self.reference == reference and revision in {"", self.model.revision}


@dataclass(frozen=True)
class Row:
    """One entry with the model that encoded it: it is scored by no other, whatever went live meanwhile."""

    model: RewardModel | FitModel
    encoded: Encoded | FitRow


def load(
    settings: RewardSettings, knob: str, reference: str, revision: str, max_batch_tokens: int, beside: FitModel | None
) -> Loaded:
    """Seconds, and it blocks. Raises Misconfigured, naming `knob`, whatever keeps the model from serving.

    beside: the fit measure, which the answers' revision names too.
    """
    from deployments.reward.model import RewardModel  # noqa: PLC0415 - imports torch

    folder = find(reference)
    if folder is None:
        raise Misconfigured(f"reward.{knob}: there is no folder {reference!r}; train one: see training/")
    try:
        model = RewardModel.load(folder, settings.device, settings.dtype, settings.threads, settings.graphs)
        model.warmup(max_batch_tokens)
    except Misconfigured as error:
        raise Misconfigured(f"reward.{knob}={reference!r}: {str(error).removeprefix('reward.model: ')}") from None
    except Exception as error:  # a damaged file, no memory for a second model: what serves must not end with it
        raise Misconfigured(f"reward.{knob}={reference!r} could not be loaded: {type(error).__name__}") from error
    if revision not in {"", model.revision}:
        raise Misconfigured(
            f"reward.{knob}_revision={revision!r} is asked for, and the folder {reference!r} holds {model.revision!r}"
        )
    return Loaded(
        reference,
        model,
        StageRevision(
            stage=Stage.SCORE,
            kind=settings.kind,
            model=public_name(reference),
            model_revision=model.revision + (f"+fit@{beside.revision}" if beside else ""),
            prompt_revision=text_revision(),
        ),
    )


def text_revision() -> str:
    """The revision of the texts that the models read: a copy, and the item's facts."""
    return prompt_revision(
        lambda item, caption: (render_copy("t", "b"), render_copy("t.", "b"), prompt_facts(item, caption, 1000, len))
    )


def load_fit(settings: RewardSettings) -> FitModel | None:
    """Seconds, and it blocks. Raises Misconfigured; None where the settings name no fit measure."""
    if settings.fit is None:
        return None
    from deployments.reward.fit import FitModel  # noqa: PLC0415 - imports torch

    folder = find(settings.fit)
    if folder is None:
        raise Misconfigured(f"reward.fit: there is no folder {settings.fit!r}; train one: see training/fitness/")
    model = FitModel.load(folder, settings.device, settings.dtype)
    model.warmup()
    return model


def forward(rows: Sequence[Row]) -> list[NDArray[np.float32]]:
    """The output of each row's own model: a reward's mean and spread, or the fits of a packed row's copies.

    What the batcher runs.
    """
    answers: list[NDArray[np.float32]] = [_NONE] * len(rows)
    for model in {row.model for row in rows}:
        mine = [i for i, row in enumerate(rows) if row.model is model]
        encoded: list[Any] = [rows[i].encoded for i in mine]
        found = model.forward(encoded)
        for i, answer in zip(mine, found, strict=True):
            answers[i] = answer
    return answers
