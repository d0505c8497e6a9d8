"""Reward models in memory, loaded by reference and revision. Several may share a batch during a swap."""

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
    """A loaded model, and the revision in its answers."""

    reference: str
    model: RewardModel
    revision: StageRevision

    def is_what(self, reference: str, revision: str) -> bool:
        return self.reference == reference and revision in {"", self.model.revision}


@dataclass(frozen=True)
class Row:
    """One entry and the model that encoded it, which also scores it, even after a swap."""

    model: RewardModel | FitModel
    encoded: Encoded | FitRow


def load(
    settings: RewardSettings, knob: str, reference: str, revision: str, max_batch_tokens: int, beside: FitModel | None
) -> Loaded:
    """Load a model. Blocks for seconds. Raises Misconfigured with the name of `knob` for every failure.

    beside: the fit measure; the revision of answers names it too.
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
    except Exception as error:  # a damaged file, no memory for a second model: the live model must survive it
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
    """Return the revision of the models' inputs: a copy's text and the item's facts."""
    return prompt_revision(
        lambda item, caption: (render_copy("t", "b"), render_copy("t.", "b"), prompt_facts(item, caption, 1000, len))
    )


def load_fit(settings: RewardSettings) -> FitModel | None:
    """Load the fit measure; None if the settings name none. Blocks for seconds. Raises Misconfigured."""
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
    """Run each row through its model. Returns mean and spread of a reward, or the fits of a packed row's copies.

    The batcher runs this.
    """
    answers: list[NDArray[np.float32]] = [_NONE] * len(rows)
    for model in {row.model for row in rows}:
        indices = [i for i, row in enumerate(rows) if row.model is model]
        encoded: list[Any] = [rows[i].encoded for i in indices]
        outputs = model.forward(encoded)
        for i, answer in zip(indices, outputs, strict=True):
            answers[i] = answer
    return answers
