"""Knobs of a request that operators may change under load: the `user_config` of the Ingress deployment."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from deployments.images import ImageLimits
from deployments.router.catalogue import Catalogue, FileCatalogue
from deployments.settings import Knobs
from deployments.types import MAX_INCUMBENTS, Margin, Options
from serve_app.fetch.knobs import FetchKnobs
from serve_app.flow.ladder_knobs import LadderKnobs
from serve_app.flow.operator_templates import Templates
from serve_app.policy import PolicySettings
from serve_app.policy.tiers import TierRule


class EarlyStop(Knobs):
    """Stop generating, and cancel drafts in flight, once the best candidate wins with this probability.

    It must win over every incumbent, or over the next best candidate where there is no incumbent, see
    `select.is_decided`. At least `min_candidates` are scored first. Stopping early is not a degradation. A request with
    a seed is never stopped early: where it stops depends on timing, and a seed is to give the same Decision again.
    """

    win_probability: float = Field(default=0.9, gt=0.5, lt=1)
    min_candidates: int = Field(default=2, ge=1)


class FitKnobs(Knobs):
    """The fit gate of generated copies.

    minimum: a copy with a lower `Candidate.fit` is rejected (fit.below); 0 rejects none. weight: of the fit term of the
    score. allow_unknown: accept copies without a fit (fit.unknown), as when no fit measure of the graph supports
    the language.
    """

    minimum: float = Field(default=0.5, ge=0, le=1)
    weight: float = Field(default=1.0, ge=0, le=100)
    allow_unknown: bool = False


class SelectionKnobs(Knobs):
    """Selection: the score of a copy, the margin over the incumbent, and when to stop early.

    The score of an incumbent is its mean reward. The score of a generated copy is mean - caution x spread +
    likelihood_weight x (likelihood - median likelihood of the request) + fit.weight x ln(fit / highest fit of the
    request). Centring the likelihood keeps generated copies as a whole level with the incumbents, which have none.
    margin: in win probability, see `select`. min_scoring_batch: a scoring call begins when so many candidates wait; the
    last ones do not wait. A call costs some milliseconds whatever its size; a small batch lets `early_stop` see rewards
    earlier.
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

    def categories(self, options: Options) -> int:
        """How many categories a request is written in."""
        return options.max_categories or len(options.categories_wanted) or self.max_categories

    def candidates(self, options: Options) -> int:
        """How many candidates a request asks for in each: one at temperature 0, where all would be equal."""
        return 1 if options.temperature == 0 else options.candidates_per_category or self.candidates_per_category


class LimitKnobs(Knobs):
    """Bounds of a request. A request beyond them is refused with every violation."""

    images: ImageLimits = ImageLimits()
    max_categories: int = Field(default=12, ge=1)
    max_candidates_per_category: int = Field(default=16, ge=1)
    max_candidates: int = Field(default=64, ge=1)
    max_incumbents: int = Field(default=16, ge=0, le=MAX_INCUMBENTS)
    max_batch_items: int = Field(default=256, ge=1)
    max_time_budget_ms: int = Field(default=120_000, ge=1)


class ReserveKnobs(Knobs):
    """Time reserved for later stages: an earlier stage is cut before it uses that time.

    A reserve of `route`, `generate` and `score` is at most its share of the time that is left when the request starts,
    so that a short budget still runs the first stages. `answer` is kept from all stages: in it the best so far is
    chosen and sent. It is `answer_share` of the budget, at least `answer_ms` and at most `max_answer_ms`, never above
    half.
    """

    route_ms: int = Field(default=300, ge=0)
    route_share: float = Field(default=0.05, ge=0, le=1)
    generate_ms: int = Field(default=4_000, ge=0)
    generate_share: float = Field(default=0.5, ge=0, le=1)
    score_ms: int = Field(default=1_000, ge=0)
    score_share: float = Field(default=0.15, ge=0, le=1)
    answer_ms: int = Field(default=20, ge=0)
    max_answer_ms: int = Field(default=500, ge=0)
    answer_share: float = Field(default=0.05, ge=0, le=0.5)

    def answer_s(self, budget_ms: float) -> float:
        """The time kept for answering, in seconds."""
        kept_ms = min(max(self.answer_ms, self.answer_share * budget_ms), self.max_answer_ms, budget_ms / 2)
        return kept_ms / 1000


class WorkKnobs(Knobs):
    """What parts of a request weigh in the count of work, in candidates (see `flow/work.py`).

    picture: to look at. mebibyte: of pictures, to read and send on; an image by URL counts as the largest one allowed.
    scored_copy: of ScoreCopies and CheckCopy.
    """

    picture: float = Field(default=1.0, ge=0, le=1000)
    mebibyte: float = Field(default=0.25, ge=0, le=1000)
    scored_copy: float = Field(default=0.1, ge=0, le=1000)


class AdmissionKnobs(Knobs):
    """The gate of one ingress replica: what may be in the graph and what may wait before it.

    max_in_flight: requests in the graph; items of batches count. adaptive: also limit the work in the graph, by its
    latency; `initial_work` candidates at first, until something was measured. max_waiting: requests that may wait, of
    each priority. max_held_mib: bytes of all requests from their arrival until they are answered, batches too, as they
    were sent; a single request may be larger. max_watches: calls of Health.Watch at a time. backfill_share: share of
    the limits that BACKFILL may use, so that REALTIME finds room. backfill_floor: share of the work that waiting
    BACKFILL gets whatever REALTIME asks.
    batch_concurrency: items of one batch that may wait or run. max_batch_s: a batch ends by then; it must be below
    `request_timeout_s` of the Serve config, which cuts streams. retry_after_s: the shortest retry time; the time that
    the queue needs to drain where that is longer.
    """

    max_in_flight: int = Field(default=64, ge=1)
    adaptive: bool = True
    initial_work: float = Field(default=64, ge=1)
    max_waiting: int = Field(default=64, ge=0)
    max_held_mib: int = Field(default=1024, ge=1)
    max_watches: int = Field(default=16, ge=0)
    backfill_share: float = Field(default=0.7, gt=0, le=1)
    backfill_floor: float = Field(default=0.1, ge=0, le=0.5)
    batch_concurrency: int = Field(default=16, ge=1)
    max_batch_s: float = Field(default=110, gt=0)
    retry_after_s: float = Field(default=1.0, gt=0)
    work: WorkKnobs = WorkKnobs()

    @property
    def most_calls(self) -> int:
        """Calls that one ingress replica may hold: in the graph, before it, and watches of its health."""
        return self.max_in_flight + 2 * self.max_waiting + self.max_watches


class LogKnobs(Knobs):
    """The log of requests, a JSON line each (docs/operate.md).

    level: INFO writes all, WARNING those that were refused, invalid, late or failed, ERROR the failed ones, OFF none.
    sample: share of the INFO lines that are written, drawn at random. destination: "file", beside Serve's log of the
    replica, or "stdout". item_text: also write the item's words and the notification.
    """

    level: Literal["INFO", "WARNING", "ERROR", "OFF"] = "INFO"
    sample: float = Field(default=1.0, ge=0, le=1)
    destination: Literal["file", "stdout"] = "file"
    item_text: bool = False


class AuditKnobs(Knobs):
    """The audit log: an entry for each Decision, from which `pushgen replay` makes the choice again.

    folder: of its files, one a replica; empty for the folder of Serve's own log of the replica. A file is rotated at
    `max_file_mib`, and `max_files` are kept. item_text: also write the item's words, recent copies and the caption, so
    that other rules can be tried. Copies of the request and of the models are always written.
    """

    folder: str = Field(default="", max_length=4096)
    max_file_mib: int = Field(default=64, ge=1, le=65_536)
    max_files: int = Field(default=16, ge=1, le=10_000)
    item_text: bool = False


class IngressKnobs(Knobs):
    """All knobs of the ingress. Relations between them are checked when they are set.

    images_by_url: None refuses images by URL. audit: None writes no audit log. stages: by its key, the knobs of each
    stage that runs in the ingress replica (`placement: inline`). They are those of its kind, which a deployment has in
    its own `user_config`.
    """

    defaults: DefaultKnobs = DefaultKnobs()
    limits: LimitKnobs = LimitKnobs()
    images_by_url: FetchKnobs | None = None
    selection: SelectionKnobs = SelectionKnobs()
    reserve: ReserveKnobs = ReserveKnobs()
    admission: AdmissionKnobs = AdmissionKnobs()
    ladder: LadderKnobs | None = None
    """None: every request gets what it asks for until the gate refuses."""
    policy: PolicySettings = PolicySettings()
    tiers: TierRule = TierRule()
    repair_round: bool = True
    """When policy has rejected all candidates and there is time, write one more a category, told of the findings.

    Turn it off for a writer too small to follow instructions."""
    templates: Templates = {}
    """By locale: of the nearest one, for a request that brings no template of its own."""
    log: LogKnobs = LogKnobs()
    audit: AuditKnobs | None = None
    length_profiles: str = "configs/profiles.yaml"
    length_profiles_revision: str = Field(default="", max_length=64)
    """Change it to read the file again: Serve passes a `user_config` on only when it has changed."""
    catalogue: Catalogue = FileCatalogue(kind="file")
    """The router's catalogue once more: it serves while the router cannot be asked. Keep the two equal."""
    stages: dict[str, dict[str, Any]] = {}

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
        shares = self.reserve.route_share + self.reserve.generate_share + self.reserve.score_share
        if shares >= 1:
            raise ValueError(f"the shares of reserve for route, generate and score are {shares:g}: nothing is left")
        return self
