"""Everything about a request that operators may change under load: the `user_config` of the Ingress deployment."""

from __future__ import annotations

from pydantic import Field, model_validator

from deployments.images import ImageLimits
from deployments.settings import Knobs
from deployments.types import Margin
from serve_app.policy import PolicySettings


class EarlyStop(Knobs):
    """Stop writing, and cancel what is being written, once the best candidate is ahead by this win probability.

    It is ahead of the best incumbent, or of the next best candidate where there is no incumbent, see `select.ahead`.
    `min_candidates` are scored before that; fewer candidates for this reason are no degradation.
    """

    win_probability: float = Field(default=0.9, gt=0.5, lt=1)
    min_candidates: int = Field(default=2, ge=1)


class FitKnobs(Knobs):
    """The gate of generated copies: the least `Candidate.fit` before a reward counts.

    minimum: a copy below it is rejected (UNFIT); 0 rejects none. `allow_unknown` lets copies through of which no fit
    measure says anything (FIT_UNKNOWN): the language is one that none knows, or the graph has none.
    """

    minimum: float = Field(default=0.5, ge=0, le=1)
    weight: float = Field(default=1.0, ge=0, le=100)
    allow_unknown: bool = False


class SelectionKnobs(Knobs):
    """Score = mean, and for generated copies alone - caution x spread + likelihood_weight x (likelihood - its median
    over the request's candidates) + fit.weight x ln(fit / the highest fit of them): a doubtful copy pays for the doubt.

    Caution is not taken off incumbents: it is for what is new. Centred, the likelihood term moves generated candidates
    as a whole neither up nor down against the incumbents, which have no likelihood. `margin` is in win probability, see
    `select`. Candidates are scored while others are written: a call begins when `min_scoring_batch` of them wait; the
    last ones never wait for more. A call costs some milliseconds, whatever is in it; a small batch is for `early_stop`,
    which knows of a reward the sooner.
    """

    caution: float = Field(default=0.5, ge=0, le=10)
    likelihood_weight: float = Field(default=0.05, ge=0, le=10)
    fit: FitKnobs = FitKnobs()
    margin: Margin = 0.0
    min_scoring_batch: int = Field(default=4, ge=1)
    early_stop: EarlyStop | None = None


class DefaultKnobs(Knobs):
    """Defaults of a request."""

    max_categories: int = Field(default=4, ge=1)
    candidates_per_category: int = Field(default=2, ge=1)
    length_profile: str = "default"
    time_budget_ms: int = Field(default=30_000, ge=1)


class LimitKnobs(Knobs):
    """Bounds of a request; beyond them it is refused with every violation."""

    images: ImageLimits = ImageLimits()
    max_categories: int = Field(default=12, ge=1)
    max_candidates_per_category: int = Field(default=16, ge=1)
    max_candidates: int = Field(default=64, ge=1)
    max_incumbents: int = Field(default=16, ge=0)
    max_batch_items: int = Field(default=256, ge=1)
    max_time_budget_ms: int = Field(default=120_000, ge=1)


class ReserveKnobs(Knobs):
    """Time kept for later stages: an earlier stage that would eat into it is cut instead.

    Of a short budget a reserve is at most its share, so that a fast graph does not skip its first stages.
    """

    generate_ms: int = Field(default=4_000, ge=0)
    generate_share: float = Field(default=0.5, ge=0, le=1)
    score_ms: int = Field(default=1_000, ge=0)
    score_share: float = Field(default=0.15, ge=0, le=1)


class AdmissionKnobs(Knobs):
    """How many requests one ingress replica works on; beyond it they are refused with a retry time.

    `backfill_share` is the part of `max_in_flight` that BACKFILL may fill, so that REALTIME always finds room.
    """

    max_in_flight: int = Field(default=64, ge=1)
    backfill_share: float = Field(default=0.5, gt=0, le=1)
    batch_concurrency: int = Field(default=4, ge=1)
    retry_after_s: float = Field(default=1.0, gt=0)


class IngressKnobs(Knobs):
    """Relations between them are checked when they are set, not discovered under load."""

    defaults: DefaultKnobs = DefaultKnobs()
    limits: LimitKnobs = LimitKnobs()
    selection: SelectionKnobs = SelectionKnobs()
    reserve: ReserveKnobs = ReserveKnobs()
    admission: AdmissionKnobs = AdmissionKnobs()
    policy: PolicySettings = PolicySettings()
    length_profiles: str = "configs/profiles.yaml"
    length_profiles_revision: str = Field(default="", max_length=64)
    """Change it to have the file read again: Serve hands a `user_config` on only when it differs from the last."""

    @model_validator(mode="after")
    def _possible(self) -> IngressKnobs:
        pairs = (
            ("max_categories", self.defaults.max_categories, "max_categories", self.limits.max_categories),
            (
                "candidates_per_category",
                self.defaults.candidates_per_category,
                "max_candidates_per_category",
                self.limits.max_candidates_per_category,
            ),
            ("time_budget_ms", self.defaults.time_budget_ms, "max_time_budget_ms", self.limits.max_time_budget_ms),
        )
        for name, value, limit_name, limit in pairs:
            if value > limit:
                raise ValueError(f"defaults.{name}={value} exceeds limits.{limit_name}={limit}")
        shares = self.reserve.generate_share + self.reserve.score_share
        if shares >= 1:
            raise ValueError(f"reserve.generate_share + reserve.score_share = {shares} leaves nothing of a budget")
        return self
