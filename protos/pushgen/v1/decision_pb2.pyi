from pushgen.v1 import item_pb2 as _item_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_CAPTION: _ClassVar[Stage]
    STAGE_ROUTE: _ClassVar[Stage]
    STAGE_GENERATE: _ClassVar[Stage]
    STAGE_CHECK: _ClassVar[Stage]
    STAGE_SCORE: _ClassVar[Stage]
    STAGE_SELECT: _ClassVar[Stage]

class CaptionSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAPTION_SOURCE_UNSPECIFIED: _ClassVar[CaptionSource]
    CAPTION_SOURCE_VLM: _ClassVar[CaptionSource]
    CAPTION_SOURCE_TAGS: _ClassVar[CaptionSource]
    CAPTION_SOURCE_GIVEN: _ClassVar[CaptionSource]
    CAPTION_SOURCE_METADATA: _ClassVar[CaptionSource]
    CAPTION_SOURCE_FAKE: _ClassVar[CaptionSource]

class Source(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SOURCE_UNSPECIFIED: _ClassVar[Source]
    SOURCE_GENERATED: _ClassVar[Source]
    SOURCE_INCUMBENT: _ClassVar[Source]
    SOURCE_TEMPLATE: _ClassVar[Source]
    SOURCE_NONE: _ClassVar[Source]

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_UNSPECIFIED: _ClassVar[Reason]
    REASON_BEAT_INCUMBENT: _ClassVar[Reason]
    REASON_BEST_CANDIDATE: _ClassVar[Reason]
    REASON_BELOW_MARGIN: _ClassVar[Reason]
    REASON_ALL_REJECTED: _ClassVar[Reason]
    REASON_NO_CANDIDATES: _ClassVar[Reason]
    REASON_UNSCORED: _ClassVar[Reason]
    REASON_INCUMBENT_BETTER: _ClassVar[Reason]
    REASON_NONE_FIT: _ClassVar[Reason]
    REASON_NOT_COMPARED: _ClassVar[Reason]

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    SEVERITY_BLOCK: _ClassVar[Severity]
    SEVERITY_REVIEW: _ClassVar[Severity]
    SEVERITY_REWRITE: _ClassVar[Severity]

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_PASS: _ClassVar[Verdict]
    VERDICT_REVIEW: _ClassVar[Verdict]
    VERDICT_BLOCK: _ClassVar[Verdict]

class Tier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_UNSPECIFIED: _ClassVar[Tier]
    TIER_AUTO: _ClassVar[Tier]
    TIER_SAMPLE: _ClassVar[Tier]
    TIER_HOLD: _ClassVar[Tier]

class Degradation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEGRADATION_UNSPECIFIED: _ClassVar[Degradation]
    DEGRADATION_CAPTION_FROM_METADATA: _ClassVar[Degradation]
    DEGRADATION_DEFAULT_CATEGORIES: _ClassVar[Degradation]
    DEGRADATION_FEWER_CANDIDATES: _ClassVar[Degradation]
    DEGRADATION_UNSCORED: _ClassVar[Degradation]
    DEGRADATION_CAPTION_INCOMPLETE: _ClassVar[Degradation]
STAGE_UNSPECIFIED: Stage
STAGE_CAPTION: Stage
STAGE_ROUTE: Stage
STAGE_GENERATE: Stage
STAGE_CHECK: Stage
STAGE_SCORE: Stage
STAGE_SELECT: Stage
CAPTION_SOURCE_UNSPECIFIED: CaptionSource
CAPTION_SOURCE_VLM: CaptionSource
CAPTION_SOURCE_TAGS: CaptionSource
CAPTION_SOURCE_GIVEN: CaptionSource
CAPTION_SOURCE_METADATA: CaptionSource
CAPTION_SOURCE_FAKE: CaptionSource
SOURCE_UNSPECIFIED: Source
SOURCE_GENERATED: Source
SOURCE_INCUMBENT: Source
SOURCE_TEMPLATE: Source
SOURCE_NONE: Source
REASON_UNSPECIFIED: Reason
REASON_BEAT_INCUMBENT: Reason
REASON_BEST_CANDIDATE: Reason
REASON_BELOW_MARGIN: Reason
REASON_ALL_REJECTED: Reason
REASON_NO_CANDIDATES: Reason
REASON_UNSCORED: Reason
REASON_INCUMBENT_BETTER: Reason
REASON_NONE_FIT: Reason
REASON_NOT_COMPARED: Reason
SEVERITY_UNSPECIFIED: Severity
SEVERITY_BLOCK: Severity
SEVERITY_REVIEW: Severity
SEVERITY_REWRITE: Severity
VERDICT_UNSPECIFIED: Verdict
VERDICT_PASS: Verdict
VERDICT_REVIEW: Verdict
VERDICT_BLOCK: Verdict
TIER_UNSPECIFIED: Tier
TIER_AUTO: Tier
TIER_SAMPLE: Tier
TIER_HOLD: Tier
DEGRADATION_UNSPECIFIED: Degradation
DEGRADATION_CAPTION_FROM_METADATA: Degradation
DEGRADATION_DEFAULT_CATEGORIES: Degradation
DEGRADATION_FEWER_CANDIDATES: Degradation
DEGRADATION_UNSCORED: Degradation
DEGRADATION_CAPTION_INCOMPLETE: Degradation

class Caption(_message.Message):
    __slots__ = ("text", "source", "cached", "sexual_content")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    SEXUAL_CONTENT_FIELD_NUMBER: _ClassVar[int]
    text: str
    source: CaptionSource
    cached: bool
    sexual_content: float
    def __init__(self, text: _Optional[str] = ..., source: _Optional[_Union[CaptionSource, str]] = ..., cached: _Optional[bool] = ..., sexual_content: _Optional[float] = ...) -> None: ...

class RoutedCategory(_message.Message):
    __slots__ = ("category", "weight", "wanted")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    category: str
    weight: float
    wanted: bool
    def __init__(self, category: _Optional[str] = ..., weight: _Optional[float] = ..., wanted: _Optional[bool] = ...) -> None: ...

class PolicyFinding(_message.Message):
    __slots__ = ("rule", "severity", "field", "text", "start", "end", "message", "evidence")
    RULE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    severity: Severity
    field: str
    text: str
    start: int
    end: int
    message: str
    evidence: str
    def __init__(self, rule: _Optional[str] = ..., severity: _Optional[_Union[Severity, str]] = ..., field: _Optional[str] = ..., text: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., message: _Optional[str] = ..., evidence: _Optional[str] = ...) -> None: ...

class Reward(_message.Message):
    __slots__ = ("mean", "spread")
    MEAN_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    mean: float
    spread: float
    def __init__(self, mean: _Optional[float] = ..., spread: _Optional[float] = ...) -> None: ...

class Candidate(_message.Message):
    __slots__ = ("id", "rank", "title", "body", "category", "source", "reward", "score", "likelihood", "findings", "rejected", "win_probability", "fit", "repaired", "round")
    ID_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    WIN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    FIT_FIELD_NUMBER: _ClassVar[int]
    REPAIRED_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    id: str
    rank: int
    title: str
    body: str
    category: str
    source: Source
    reward: Reward
    score: float
    likelihood: float
    findings: _containers.RepeatedCompositeFieldContainer[PolicyFinding]
    rejected: bool
    win_probability: float
    fit: float
    repaired: _containers.RepeatedCompositeFieldContainer[PolicyFinding]
    round: int
    def __init__(self, id: _Optional[str] = ..., rank: _Optional[int] = ..., title: _Optional[str] = ..., body: _Optional[str] = ..., category: _Optional[str] = ..., source: _Optional[_Union[Source, str]] = ..., reward: _Optional[_Union[Reward, _Mapping]] = ..., score: _Optional[float] = ..., likelihood: _Optional[float] = ..., findings: _Optional[_Iterable[_Union[PolicyFinding, _Mapping]]] = ..., rejected: _Optional[bool] = ..., win_probability: _Optional[float] = ..., fit: _Optional[float] = ..., repaired: _Optional[_Iterable[_Union[PolicyFinding, _Mapping]]] = ..., round: _Optional[int] = ...) -> None: ...

class Notification(_message.Message):
    __slots__ = ("title", "body", "category", "candidate_id")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ID_FIELD_NUMBER: _ClassVar[int]
    title: str
    body: str
    category: str
    candidate_id: str
    def __init__(self, title: _Optional[str] = ..., body: _Optional[str] = ..., category: _Optional[str] = ..., candidate_id: _Optional[str] = ...) -> None: ...

class StageTiming(_message.Message):
    __slots__ = ("stage", "wall_ms", "queue_ms", "compute_ms", "prompt_tokens", "output_tokens", "cached_tokens", "batch_size", "cache_hits")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    WALL_MS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_MS_FIELD_NUMBER: _ClassVar[int]
    COMPUTE_MS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    CACHED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    CACHE_HITS_FIELD_NUMBER: _ClassVar[int]
    stage: Stage
    wall_ms: float
    queue_ms: float
    compute_ms: float
    prompt_tokens: int
    output_tokens: int
    cached_tokens: int
    batch_size: int
    cache_hits: int
    def __init__(self, stage: _Optional[_Union[Stage, str]] = ..., wall_ms: _Optional[float] = ..., queue_ms: _Optional[float] = ..., compute_ms: _Optional[float] = ..., prompt_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., cached_tokens: _Optional[int] = ..., batch_size: _Optional[int] = ..., cache_hits: _Optional[int] = ...) -> None: ...

class StageRevision(_message.Message):
    __slots__ = ("stage", "kind", "model", "model_revision", "prompt_revision")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_REVISION_FIELD_NUMBER: _ClassVar[int]
    PROMPT_REVISION_FIELD_NUMBER: _ClassVar[int]
    stage: Stage
    kind: str
    model: str
    model_revision: str
    prompt_revision: str
    def __init__(self, stage: _Optional[_Union[Stage, str]] = ..., kind: _Optional[str] = ..., model: _Optional[str] = ..., model_revision: _Optional[str] = ..., prompt_revision: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("request_id", "item_id", "notification", "source", "reason", "candidates", "caption", "categories", "timings", "revisions", "partial", "degradations", "options", "tier")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    DEGRADATIONS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    item_id: str
    notification: Notification
    source: Source
    reason: Reason
    candidates: _containers.RepeatedCompositeFieldContainer[Candidate]
    caption: Caption
    categories: _containers.RepeatedCompositeFieldContainer[RoutedCategory]
    timings: _containers.RepeatedCompositeFieldContainer[StageTiming]
    revisions: _containers.RepeatedCompositeFieldContainer[StageRevision]
    partial: bool
    degradations: _containers.RepeatedScalarFieldContainer[Degradation]
    options: EffectiveOptions
    tier: Tier
    def __init__(self, request_id: _Optional[str] = ..., item_id: _Optional[str] = ..., notification: _Optional[_Union[Notification, _Mapping]] = ..., source: _Optional[_Union[Source, str]] = ..., reason: _Optional[_Union[Reason, str]] = ..., candidates: _Optional[_Iterable[_Union[Candidate, _Mapping]]] = ..., caption: _Optional[_Union[Caption, _Mapping]] = ..., categories: _Optional[_Iterable[_Union[RoutedCategory, _Mapping]]] = ..., timings: _Optional[_Iterable[_Union[StageTiming, _Mapping]]] = ..., revisions: _Optional[_Iterable[_Union[StageRevision, _Mapping]]] = ..., partial: _Optional[bool] = ..., degradations: _Optional[_Iterable[_Union[Degradation, str]]] = ..., options: _Optional[_Union[EffectiveOptions, _Mapping]] = ..., tier: _Optional[_Union[Tier, str]] = ...) -> None: ...

class EffectiveOptions(_message.Message):
    __slots__ = ("categories_wanted", "categories_barred", "max_categories", "candidates_per_category", "length_profile", "output_fields", "temperature", "seed", "margin", "time_budget_ms", "priority", "allow_degradation", "adapter")
    CATEGORIES_WANTED_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_BARRED_FIELD_NUMBER: _ClassVar[int]
    MAX_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_PER_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    LENGTH_PROFILE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELDS_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    TIME_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DEGRADATION_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    categories_wanted: _containers.RepeatedScalarFieldContainer[str]
    categories_barred: _containers.RepeatedScalarFieldContainer[str]
    max_categories: int
    candidates_per_category: int
    length_profile: str
    output_fields: _containers.RepeatedScalarFieldContainer[_item_pb2.OutputField]
    temperature: float
    seed: int
    margin: float
    time_budget_ms: int
    priority: _item_pb2.Priority
    allow_degradation: bool
    adapter: str
    def __init__(self, categories_wanted: _Optional[_Iterable[str]] = ..., categories_barred: _Optional[_Iterable[str]] = ..., max_categories: _Optional[int] = ..., candidates_per_category: _Optional[int] = ..., length_profile: _Optional[str] = ..., output_fields: _Optional[_Iterable[_Union[_item_pb2.OutputField, str]]] = ..., temperature: _Optional[float] = ..., seed: _Optional[int] = ..., margin: _Optional[float] = ..., time_budget_ms: _Optional[int] = ..., priority: _Optional[_Union[_item_pb2.Priority, str]] = ..., allow_degradation: _Optional[bool] = ..., adapter: _Optional[str] = ...) -> None: ...
