"""The answer to a caller: the decision with its candidates and reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import Field

from deployments.types.base import AnswerEnum, Model
from deployments.types.item import Copy, OutputField, Priority


class Stage(AnswerEnum):
    """The six verbs of the flow."""

    CAPTION = "STAGE_CAPTION"
    ROUTE = "STAGE_ROUTE"
    GENERATE = "STAGE_GENERATE"
    CHECK = "STAGE_CHECK"
    SCORE = "STAGE_SCORE"
    SELECT = "STAGE_SELECT"


class StageRevision(Model):
    """The model and prompt revisions of a stage."""

    stage: Stage
    kind: str
    model: str = ""
    model_revision: str = ""
    prompt_revision: str = ""


class Usage(Model):
    """The cost of a piece of work inside its stage; the pipeline adds the wall-clock time (`StageTiming`)."""

    queue_ms: float = 0.0
    compute_ms: float = 0.0
    prompt_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    batch_size: int = 0
    cache_hits: int = 0


class StageTiming(Usage):
    stage: Stage
    wall_ms: float = 0.0


class CaptionSource(AnswerEnum):
    VLM = "CAPTION_SOURCE_VLM"
    TAGS = "CAPTION_SOURCE_TAGS"
    GIVEN = "CAPTION_SOURCE_GIVEN"
    METADATA = "CAPTION_SOURCE_METADATA"
    FAKE = "CAPTION_SOURCE_FAKE"


class Caption(Model):
    """A caption. sexual_content: probability, 0 to 1, of a picture that shows it, see the proto; None if unscreened."""

    text: str = ""
    source: CaptionSource
    cached: bool = False
    sexual_content: float | None = Field(default=None, ge=0, le=1)


class RoutedCategory(Model):
    category: str
    weight: float = Field(ge=0, le=1)
    wanted: bool = False


class Source(AnswerEnum):
    GENERATED = "SOURCE_GENERATED"
    INCUMBENT = "SOURCE_INCUMBENT"
    TEMPLATE = "SOURCE_TEMPLATE"
    NONE = "SOURCE_NONE"


class Severity(AnswerEnum):
    """BLOCK and REWRITE keep a copy from being sent as it is. REVIEW does not."""

    BLOCK = "SEVERITY_BLOCK"
    REVIEW = "SEVERITY_REVIEW"
    REWRITE = "SEVERITY_REWRITE"

    @property
    def rejects(self) -> bool:
        return self is not Severity.REVIEW


class PolicyFinding(Model):
    """A finding of a policy rule in a copy.

    rule: the rule's id, such as "grounding.number". text: the words found. start, end: where they stand in the field,
    in code points; equal when the whole field is meant. evidence: what the item says instead, if anything.
    """

    rule: str
    severity: Severity = Severity.BLOCK
    field: str = ""
    text: str = ""
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)
    message: str = ""
    evidence: str = ""


class Verdict(AnswerEnum):
    """What all findings of a copy say together. A copy that needs a REWRITE may not be sent as it stands: BLOCK."""

    PASS = "VERDICT_PASS"  # noqa: S105
    REVIEW = "VERDICT_REVIEW"
    BLOCK = "VERDICT_BLOCK"

    @classmethod
    def of(cls, findings: Sequence[PolicyFinding]) -> Verdict:
        if any(finding.severity.rejects for finding in findings):
            return cls.BLOCK
        return cls.REVIEW if findings else cls.PASS


class Tier(AnswerEnum):
    """Who is to look at the chosen copy before it is sent: nobody, somebody at some of them, somebody at each."""

    AUTO = "TIER_AUTO"
    SAMPLE = "TIER_SAMPLE"
    HOLD = "TIER_HOLD"


class Reward(Model):
    """Mean and standard deviation of the reward heads, in logits; comparable between copies of one item only."""

    mean: float
    spread: float = Field(ge=0)


class WinCalibration(Model):
    """The calibration of win probabilities, fitted on A/B tests that the heads did not see.

    P(a beats b) = sigmoid(slope x (mean_a - mean_b) / sqrt(1 + spread_weight x (spread_a^2 + spread_b^2)))

    The root shrinks a difference between uncertain rewards toward a tie (MacKay, 1992, "The evidence framework applied
    to classification networks", has the form). With a slope of 0 every pair is a tie: the model does not know the
    language of the item, and its rewards say nothing.
    """

    slope: float = Field(default=1.0, ge=0)
    spread_weight: float = Field(default=0.0, ge=0)

    @property
    def compares(self) -> bool:
        """Whether the model knows the item's language, so that its rewards compare copies."""
        return self.slope > 0

    def win_probability(self, a: Reward, b: Reward) -> float:
        """Return the probability, 0 to 1, that copy `a` is clicked more than copy `b` of the same item."""
        width = math.sqrt(1 + self.spread_weight * (a.spread**2 + b.spread**2))
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.slope * (a.mean - b.mean) / width))))


class Candidate(Model):
    """One copy that is considered, generated or not.

    likelihood: mean log-probability per token of its words under the generator, not of the JSON around them.
    fit: probability, 0 to 1, that a strict reader would send it as it is; None without a fit measure for its language.
    win_probability: of winning an A/B test against the strongest of the other usable incumbents; None where there is no
    other.
    """

    id: str
    rank: int = 0
    title: str = ""
    body: str = ""
    category: str = ""
    source: Source
    reward: Reward | None = None
    score: float | None = None
    likelihood: float | None = None
    fit: float | None = Field(default=None, ge=0, le=1)
    findings: tuple[PolicyFinding, ...] = ()
    repaired: tuple[PolicyFinding, ...] = ()
    """Findings of the copy as it was written, which a repair has mended. Their words and places are of that copy."""
    rejected: bool = False
    win_probability: float | None = Field(default=None, ge=0, le=1)
    round: int = Field(default=0, ge=0)
    """1, or 2 for one that was written after policy had rejected all of the first; 0 for what was not written here."""

    @property
    def copy_text(self) -> Copy:
        return Copy(title=self.title, body=self.body)


class Reason(AnswerEnum):
    BEAT_INCUMBENT = "REASON_BEAT_INCUMBENT"
    BEST_CANDIDATE = "REASON_BEST_CANDIDATE"
    BELOW_MARGIN = "REASON_BELOW_MARGIN"
    ALL_REJECTED = "REASON_ALL_REJECTED"
    NO_CANDIDATES = "REASON_NO_CANDIDATES"
    UNSCORED = "REASON_UNSCORED"
    INCUMBENT_BETTER = "REASON_INCUMBENT_BETTER"
    NONE_FIT = "REASON_NONE_FIT"
    NOT_COMPARED = "REASON_NOT_COMPARED"


class Degradation(AnswerEnum):
    CAPTION_FROM_METADATA = "DEGRADATION_CAPTION_FROM_METADATA"
    DEFAULT_CATEGORIES = "DEGRADATION_DEFAULT_CATEGORIES"
    FEWER_CANDIDATES = "DEGRADATION_FEWER_CANDIDATES"
    UNSCORED = "DEGRADATION_UNSCORED"
    CAPTION_INCOMPLETE = "DEGRADATION_CAPTION_INCOMPLETE"


class Notification(Model):
    title: str = ""
    body: str = ""
    category: str = ""
    candidate_id: str


class EffectiveOptions(Model):
    """The options of a request as they were in force, by the names of `Options`.

    temperature: None where a server sets it, and where nothing was written. adapter: the request's.
    """

    categories_wanted: tuple[str, ...] = ()
    categories_barred: tuple[str, ...] = ()
    max_categories: int = 0
    candidates_per_category: int = 0
    length_profile: str = ""
    output_fields: tuple[OutputField, ...] = ()
    temperature: float | None = None
    seed: int | None = None
    margin: float = 0.0
    time_budget_ms: int = 0
    priority: Priority = Priority.REALTIME
    allow_degradation: bool = True
    adapter: str = ""


class Decision(Model):
    """One notification to send, or none, with all candidates and the reason.

    options: the request's, every default filled in.
    """

    request_id: str
    item_id: str = ""
    notification: Notification | None = None
    source: Source
    reason: Reason
    candidates: tuple[Candidate, ...] = ()
    caption: Caption
    categories: tuple[RoutedCategory, ...] = ()
    timings: tuple[StageTiming, ...] = ()
    revisions: tuple[StageRevision, ...] = ()
    partial: bool = False
    degradations: tuple[Degradation, ...] = ()
    options: EffectiveOptions = EffectiveOptions()
    tier: Tier | None = None
    """None where nothing is sent."""
