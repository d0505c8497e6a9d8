"""The ladder: under load requests are answered with less work, in declared steps, before any is refused.

Each step is a cheaper request: fewer candidates a category, fewer categories, no look at the pictures. A request that
it lowers says so in its Decision. It lowers no request that allows no degradation, and none with a seed, which is to
give the same Decision again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from deployments.item_text import has_words
from deployments.types import Degradation, Options
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.admission import Admission
from serve_app.flow.knobs import DefaultKnobs, IngressKnobs
from serve_app.flow.ladder_knobs import LadderKnobs, LadderStep
from serve_app.flow.record import current

_WHOLE = LadderStep()
# The demand is that of about so many seconds, and has fallen below this share of the highest.
_DEMAND_S: Final = 20.0
_FALLEN: Final = 0.7
_UNDIMINISHED: Final = 10


class Ladder:
    """The step in force, by how full the gate is. One step up when it has been full for `up_s`.

    One step down when for `down_s` the load, with the work that the step spares put back, would have filled less than
    `room` of the gate, and the demand is clearly below its highest since the step up. Where the demand has not fallen a
    step down waits ten times as long: replicas may have been added, and else it would be taken back at once.
    """

    def __init__(self, knobs: IngressKnobs, admission: Admission, clock: Callable[[], float] = time.monotonic) -> None:
        self.at = 0
        self._admission = admission
        self._clock = clock
        self._wish = 0
        self._since_s = self._looked_s = clock()
        self._demand = self._highest = 0.0
        self.reconfigure(knobs)

    def reconfigure(self, knobs: IngressKnobs) -> None:
        """Take new knobs at once."""
        self._knobs, self._defaults, self._limits = knobs.ladder, knobs.defaults, knobs.limits
        self.at = min(self.at, len(knobs.ladder.steps) if knobs.ladder else 0)

    def lowered(self, request: GenerateNotificationRequest) -> GenerateNotificationRequest:
        """Return the request as the step leaves it. Declares in the current record what that takes away."""
        if self._knobs is None:
            return request
        options = request.options
        self._look(self._knobs, _units(counts(options, _WHOLE, self._defaults)))
        step = self._step(self.at)
        if options.allow_degradation is False or options.seed is not None or self._is_refused(options):
            return request
        degradations = []
        categories, candidates = counts(options, step, self._defaults)
        if (categories, candidates) != counts(options, _WHOLE, self._defaults):
            degradations.append(Degradation.FEWER_CANDIDATES)
            changed = {"max_categories": categories, "candidates_per_category": candidates}
            request = request.model_copy(update={"options": options.model_copy(update=changed)})
        if step.skip_captioner and request.item.has_pictures and has_words(request.item):
            degradations.append(Degradation.CAPTION_FROM_METADATA)
        current().ledger.lower(degradations)
        return request

    def _is_refused(self, options: Options) -> bool:
        """Whether it asks for more than the limits allow: it is refused under load, too, and not mended."""
        categories, candidates = counts(options, _WHOLE, self._defaults)
        return (
            categories > self._limits.max_categories
            or candidates > self._limits.max_candidates_per_category
            or categories * candidates > self._limits.max_candidates
        )

    def _look(self, knobs: LadderKnobs, units: float) -> None:
        """Take a step where the wish for it has lasted. units: that are asked for now."""
        now_s, wish = self._clock(), self._wished(knobs)
        self._demand = self._demand * math.exp((self._looked_s - now_s) / _DEMAND_S) + units
        self._highest = max(self._highest, self._demand)
        if wish != self._wish:
            # Nobody came since the last look, so the gate emptied then and not now.
            self._wish, self._since_s = wish, self._looked_s if wish < 0 else now_s
        self._looked_s = now_s
        if wish and now_s - self._since_s >= self._patience_s(knobs, wish):
            self.at += wish
            self._since_s, self._highest = now_s, self._demand

    def _patience_s(self, knobs: LadderKnobs, wish: int) -> float:
        if wish > 0:
            return knobs.up_s
        return knobs.down_s * (1 if self._demand < _FALLEN * self._highest else _UNDIMINISHED)

    def _wished(self, knobs: LadderKnobs) -> int:
        """Up (1), down (-1), or neither."""
        pressure = self._admission.pressure
        if pressure >= 1:
            return int(self.at < len(knobs.steps))
        spared = self._work(self.at - 1) / self._work(self.at) if self.at else 1.0
        return -int(self.at > 0 and pressure * spared < knobs.room)

    def _step(self, at: int) -> LadderStep:
        return self._knobs.steps[at - 1] if self._knobs and at else _WHOLE

    def _work(self, at: int) -> float:
        """Of a request with the defaults, in candidates (`flow/work.py`)."""
        return _units(counts(Options(), self._step(at), self._defaults))


def _units(asked: tuple[int, int]) -> float:
    return 1.0 + asked[0] * asked[1]


def counts(options: Options, step: LadderStep, defaults: DefaultKnobs) -> tuple[int, int]:
    """Return categories, and candidates in each, on this step. Categories that a request names are all kept."""
    categories, candidates = defaults.categories(options), defaults.candidates(options)
    if step.max_categories is not None:
        categories = min(categories, max(step.max_categories, len(options.categories_wanted)))
    if step.candidates_per_category is not None:
        candidates = min(candidates, step.candidates_per_category)
    return categories, candidates
