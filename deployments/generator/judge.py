"""The writing model judges its own finished drafts, for every kind of engine."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from deployments.deadline import Call
from deployments.engines.words import Contrast, Message
from deployments.errors import PushGenError
from deployments.generator import prompt
from deployments.generator.drafting import one_after_the_other
from deployments.generator.fit import FitCalibration, title_share
from deployments.types import Draft, GenerationTask

logger = logging.getLogger("ray.serve")

Ask: TypeAlias = Callable[[list[Message]], Awaitable[Contrast | None]]
"""Sends the question to the model and compares prompt.YES with prompt.NO; None if the server cannot compare."""

# The judgement ends this long before the deadline, so that its draft still leaves in time.
_HAND_OVER_S = 0.1


@dataclass
class FitJudge:
    """The judge of a replica. Without a calibration it asks nothing. control_words: the tokenizer's special tokens."""

    calibration: FitCalibration | None = None
    control_words: Sequence[str] = ()
    _silence_logged: bool = field(default=False, init=False)

    async def judged(self, draft: Draft, task: GenerationTask, item_facts: str, call: Call, ask: Ask) -> Draft:
        """Return the draft with its fit and the cost of the question. `item_facts`: the facts in its prompt.

        The fit is None for an unfinished draft, for a language or a missing likelihood that the calibration does not
        cover, and when the question fails or finds no time. The draft itself is still valid.
        """
        calibration, likelihood = self.calibration, draft.answer_likelihood
        if calibration is None or not draft.finished or not calibration.knows(task.item.language, likelihood):
            return draft
        share = title_share(task.item, draft.copy_text)
        if calibration.slope == 0:  # the answer has no weight
            return draft.model_copy(update={"fit": calibration.fit(0.0, likelihood, draft.category, share)})
        try:
            async with call.deadline.sooner(_HAND_OVER_S).limit("judging"):
                contrast = await ask(prompt.fit_messages(task, draft.copy_text, item_facts, self.control_words))
        except PushGenError:
            return draft
        if contrast is None or contrast.logit is None:
            self._log_silence()
        if contrast is None:
            return draft
        fit = None if contrast.logit is None else calibration.fit(contrast.logit, likelihood, draft.category, share)
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
