"""The model that writes is asked about its own whole drafts, the same way on every kind of engine."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from deployments.deadline import Call
from deployments.engines.words import Contrast, Message
from deployments.errors import PushGenError
from deployments.generator import prompt
from deployments.generator.drafting import one_after_the_other
from deployments.generator.fit import FitCalibration
from deployments.types import Draft, GenerationTask

logger = logging.getLogger("ray.serve")

Ask: TypeAlias = Callable[[list[Message]], Awaitable[Contrast | None]]
"""Sends the question to the model and compares prompt.YES with prompt.NO; None where it need not be asked."""

# A draft without an answer leaves this long before the deadline, at which what has not left is lost.
_HAND_OVER_S = 0.1


@dataclass
class FitJudge:
    """One of a replica. Without a calibration nothing is asked."""

    calibration: FitCalibration | None = None
    _silence_logged: bool = field(default=False, init=False)

    async def judged(self, draft: Draft, task: GenerationTask, known: str, call: Call, ask: Ask) -> Draft:
        """The draft with its fit, and with what the question cost. `known`: the facts in its prompt.

        Its fit is None when it is not whole, when the calibration does not know its language or needs a likelihood that
        it has not, and when the question fails or finds no time: that is the flow's business, the draft is whole.
        """
        calibration = self.calibration
        if calibration is None or not draft.finished or not calibration.knows(task.item.language, draft.likelihood):
            return draft
        if calibration.slope == 0:  # the answer would count for nothing
            return draft.model_copy(update={"fit": calibration.fit(0.0, draft.likelihood, draft.category)})
        try:
            async with call.deadline.sooner(_HAND_OVER_S).limit("judging"):
                contrast = await ask(prompt.fit_messages(task, draft.copy_text, known))
        except PushGenError:
            return draft
        if contrast is None or contrast.logit is None:
            self._log_silence()
        if contrast is None:
            return draft
        fit = None if contrast.logit is None else calibration.fit(contrast.logit, draft.likelihood, draft.category)
        usage = one_after_the_other(draft.usage, contrast.sample.usage(draft.usage.batch_size))
        usage = usage.model_copy(update={"output_tokens": draft.usage.output_tokens})
        return draft.model_copy(update={"fit": fit, "usage": usage})

    def _log_silence(self) -> None:
        if not self._silence_logged:
            self._silence_logged = True
            logger.warning(
                "generator.fit: the model that writes does not say how likely %s and %s are. Such a draft has no fit "
                "of its own; the reward's fit measure stands in. Leave generator.fit out to spare the question",
                prompt.YES,
                prompt.NO,
            )
