from google.rpc import status_pb2 as _status_pb2
from pushgen.v1 import decision_pb2 as _decision_pb2
from pushgen.v1 import item_pb2 as _item_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CountingUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUNTING_UNIT_UNSPECIFIED: _ClassVar[CountingUnit]
    COUNTING_UNIT_GRAPHEMES: _ClassVar[CountingUnit]
    COUNTING_UNIT_WIDTH: _ClassVar[CountingUnit]
    COUNTING_UNIT_UTF8_BYTES: _ClassVar[CountingUnit]
    COUNTING_UNIT_CODE_POINTS: _ClassVar[CountingUnit]
COUNTING_UNIT_UNSPECIFIED: CountingUnit
COUNTING_UNIT_GRAPHEMES: CountingUnit
COUNTING_UNIT_WIDTH: CountingUnit
COUNTING_UNIT_UTF8_BYTES: CountingUnit
COUNTING_UNIT_CODE_POINTS: CountingUnit

class GenerateNotificationRequest(_message.Message):
    __slots__ = ("item", "incumbents", "recent_copies", "options", "request_id")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    INCUMBENTS_FIELD_NUMBER: _ClassVar[int]
    RECENT_COPIES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    item: _item_pb2.Item
    incumbents: _containers.RepeatedCompositeFieldContainer[_item_pb2.Incumbent]
    recent_copies: _containers.RepeatedCompositeFieldContainer[_item_pb2.Copy]
    options: _item_pb2.Options
    request_id: str
    def __init__(self, item: _Optional[_Union[_item_pb2.Item, _Mapping]] = ..., incumbents: _Optional[_Iterable[_Union[_item_pb2.Incumbent, _Mapping]]] = ..., recent_copies: _Optional[_Iterable[_Union[_item_pb2.Copy, _Mapping]]] = ..., options: _Optional[_Union[_item_pb2.Options, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GenerateNotificationResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class StreamNotificationRequest(_message.Message):
    __slots__ = ("item", "incumbents", "recent_copies", "options", "request_id")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    INCUMBENTS_FIELD_NUMBER: _ClassVar[int]
    RECENT_COPIES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    item: _item_pb2.Item
    incumbents: _containers.RepeatedCompositeFieldContainer[_item_pb2.Incumbent]
    recent_copies: _containers.RepeatedCompositeFieldContainer[_item_pb2.Copy]
    options: _item_pb2.Options
    request_id: str
    def __init__(self, item: _Optional[_Union[_item_pb2.Item, _Mapping]] = ..., incumbents: _Optional[_Iterable[_Union[_item_pb2.Incumbent, _Mapping]]] = ..., recent_copies: _Optional[_Iterable[_Union[_item_pb2.Copy, _Mapping]]] = ..., options: _Optional[_Union[_item_pb2.Options, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class StreamNotificationResponse(_message.Message):
    __slots__ = ("sequence", "captioned", "routed", "candidate", "scored", "decided")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CAPTIONED_FIELD_NUMBER: _ClassVar[int]
    ROUTED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    SCORED_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    captioned: CaptionedEvent
    routed: RoutedEvent
    candidate: CandidateEvent
    scored: ScoredEvent
    decided: DecidedEvent
    def __init__(self, sequence: _Optional[int] = ..., captioned: _Optional[_Union[CaptionedEvent, _Mapping]] = ..., routed: _Optional[_Union[RoutedEvent, _Mapping]] = ..., candidate: _Optional[_Union[CandidateEvent, _Mapping]] = ..., scored: _Optional[_Union[ScoredEvent, _Mapping]] = ..., decided: _Optional[_Union[DecidedEvent, _Mapping]] = ...) -> None: ...

class CaptionedEvent(_message.Message):
    __slots__ = ("caption",)
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    caption: _decision_pb2.Caption
    def __init__(self, caption: _Optional[_Union[_decision_pb2.Caption, _Mapping]] = ...) -> None: ...

class RoutedEvent(_message.Message):
    __slots__ = ("categories",)
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    categories: _containers.RepeatedCompositeFieldContainer[_decision_pb2.RoutedCategory]
    def __init__(self, categories: _Optional[_Iterable[_Union[_decision_pb2.RoutedCategory, _Mapping]]] = ...) -> None: ...

class CandidateEvent(_message.Message):
    __slots__ = ("candidate",)
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    candidate: _decision_pb2.Candidate
    def __init__(self, candidate: _Optional[_Union[_decision_pb2.Candidate, _Mapping]] = ...) -> None: ...

class ScoredEvent(_message.Message):
    __slots__ = ("candidates",)
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    candidates: _containers.RepeatedCompositeFieldContainer[_decision_pb2.Candidate]
    def __init__(self, candidates: _Optional[_Iterable[_Union[_decision_pb2.Candidate, _Mapping]]] = ...) -> None: ...

class DecidedEvent(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class BatchGenerateNotificationsRequest(_message.Message):
    __slots__ = ("requests", "request_id")
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[GenerateNotificationRequest]
    request_id: str
    def __init__(self, requests: _Optional[_Iterable[_Union[GenerateNotificationRequest, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchGenerateNotificationsResponse(_message.Message):
    __slots__ = ("index", "decision", "error")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    index: int
    decision: _decision_pb2.Decision
    error: _status_pb2.Status
    def __init__(self, index: _Optional[int] = ..., decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class CaptionItemRequest(_message.Message):
    __slots__ = ("item", "time_budget_ms", "priority", "request_id")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    TIME_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    item: _item_pb2.Item
    time_budget_ms: int
    priority: _item_pb2.Priority
    request_id: str
    def __init__(self, item: _Optional[_Union[_item_pb2.Item, _Mapping]] = ..., time_budget_ms: _Optional[int] = ..., priority: _Optional[_Union[_item_pb2.Priority, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CaptionItemResponse(_message.Message):
    __slots__ = ("caption", "timing", "revision", "request_id")
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    caption: _decision_pb2.Caption
    timing: _decision_pb2.StageTiming
    revision: _decision_pb2.StageRevision
    request_id: str
    def __init__(self, caption: _Optional[_Union[_decision_pb2.Caption, _Mapping]] = ..., timing: _Optional[_Union[_decision_pb2.StageTiming, _Mapping]] = ..., revision: _Optional[_Union[_decision_pb2.StageRevision, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RouteItemRequest(_message.Message):
    __slots__ = ("item", "categories_wanted", "categories_barred", "max_categories", "time_budget_ms", "priority", "request_id")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_WANTED_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_BARRED_FIELD_NUMBER: _ClassVar[int]
    MAX_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    TIME_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    item: _item_pb2.Item
    categories_wanted: _containers.RepeatedScalarFieldContainer[str]
    categories_barred: _containers.RepeatedScalarFieldContainer[str]
    max_categories: int
    time_budget_ms: int
    priority: _item_pb2.Priority
    request_id: str
    def __init__(self, item: _Optional[_Union[_item_pb2.Item, _Mapping]] = ..., categories_wanted: _Optional[_Iterable[str]] = ..., categories_barred: _Optional[_Iterable[str]] = ..., max_categories: _Optional[int] = ..., time_budget_ms: _Optional[int] = ..., priority: _Optional[_Union[_item_pb2.Priority, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RouteItemResponse(_message.Message):
    __slots__ = ("categories", "timing", "revision", "request_id")
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    categories: _containers.RepeatedCompositeFieldContainer[_decision_pb2.RoutedCategory]
    timing: _decision_pb2.StageTiming
    revision: _decision_pb2.StageRevision
    request_id: str
    def __init__(self, categories: _Optional[_Iterable[_Union[_decision_pb2.RoutedCategory, _Mapping]]] = ..., timing: _Optional[_Union[_decision_pb2.StageTiming, _Mapping]] = ..., revision: _Optional[_Union[_decision_pb2.StageRevision, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ScoreCopiesRequest(_message.Message):
    __slots__ = ("item", "copies", "length_profile", "time_budget_ms", "priority", "request_id")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    COPIES_FIELD_NUMBER: _ClassVar[int]
    LENGTH_PROFILE_FIELD_NUMBER: _ClassVar[int]
    TIME_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    item: _item_pb2.Item
    copies: _containers.RepeatedCompositeFieldContainer[_item_pb2.Copy]
    length_profile: str
    time_budget_ms: int
    priority: _item_pb2.Priority
    request_id: str
    def __init__(self, item: _Optional[_Union[_item_pb2.Item, _Mapping]] = ..., copies: _Optional[_Iterable[_Union[_item_pb2.Copy, _Mapping]]] = ..., length_profile: _Optional[str] = ..., time_budget_ms: _Optional[int] = ..., priority: _Optional[_Union[_item_pb2.Priority, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ScoreCopiesResponse(_message.Message):
    __slots__ = ("candidates", "timing", "revision", "request_id", "compared")
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    candidates: _containers.RepeatedCompositeFieldContainer[_decision_pb2.Candidate]
    timing: _decision_pb2.StageTiming
    revision: _decision_pb2.StageRevision
    request_id: str
    compared: bool
    def __init__(self, candidates: _Optional[_Iterable[_Union[_decision_pb2.Candidate, _Mapping]]] = ..., timing: _Optional[_Union[_decision_pb2.StageTiming, _Mapping]] = ..., revision: _Optional[_Union[_decision_pb2.StageRevision, _Mapping]] = ..., request_id: _Optional[str] = ..., compared: _Optional[bool] = ...) -> None: ...

class CheckCopyRequest(_message.Message):
    __slots__ = ("item", "copies", "length_profile", "output_fields", "recent_copies", "category", "time_budget_ms", "priority", "request_id")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    COPIES_FIELD_NUMBER: _ClassVar[int]
    LENGTH_PROFILE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELDS_FIELD_NUMBER: _ClassVar[int]
    RECENT_COPIES_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TIME_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    item: _item_pb2.Item
    copies: _containers.RepeatedCompositeFieldContainer[_item_pb2.Copy]
    length_profile: str
    output_fields: _containers.RepeatedScalarFieldContainer[_item_pb2.OutputField]
    recent_copies: _containers.RepeatedCompositeFieldContainer[_item_pb2.Copy]
    category: str
    time_budget_ms: int
    priority: _item_pb2.Priority
    request_id: str
    def __init__(self, item: _Optional[_Union[_item_pb2.Item, _Mapping]] = ..., copies: _Optional[_Iterable[_Union[_item_pb2.Copy, _Mapping]]] = ..., length_profile: _Optional[str] = ..., output_fields: _Optional[_Iterable[_Union[_item_pb2.OutputField, str]]] = ..., recent_copies: _Optional[_Iterable[_Union[_item_pb2.Copy, _Mapping]]] = ..., category: _Optional[str] = ..., time_budget_ms: _Optional[int] = ..., priority: _Optional[_Union[_item_pb2.Priority, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CheckCopyResponse(_message.Message):
    __slots__ = ("copies", "rules_revision", "timing", "request_id")
    COPIES_FIELD_NUMBER: _ClassVar[int]
    RULES_REVISION_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    copies: _containers.RepeatedCompositeFieldContainer[CheckedCopy]
    rules_revision: str
    timing: _decision_pb2.StageTiming
    request_id: str
    def __init__(self, copies: _Optional[_Iterable[_Union[CheckedCopy, _Mapping]]] = ..., rules_revision: _Optional[str] = ..., timing: _Optional[_Union[_decision_pb2.StageTiming, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CheckedCopy(_message.Message):
    __slots__ = ("findings", "verdict")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[_decision_pb2.PolicyFinding]
    verdict: _decision_pb2.Verdict
    def __init__(self, findings: _Optional[_Iterable[_Union[_decision_pb2.PolicyFinding, _Mapping]]] = ..., verdict: _Optional[_Union[_decision_pb2.Verdict, str]] = ...) -> None: ...

class GetServiceInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetServiceInfoResponse(_message.Message):
    __slots__ = ("version", "stages", "categories", "length_profiles", "limits", "defaults", "adapters", "missing_stages")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    LENGTH_PROFILES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    DEFAULTS_FIELD_NUMBER: _ClassVar[int]
    ADAPTERS_FIELD_NUMBER: _ClassVar[int]
    MISSING_STAGES_FIELD_NUMBER: _ClassVar[int]
    version: str
    stages: _containers.RepeatedCompositeFieldContainer[_decision_pb2.StageRevision]
    categories: _containers.RepeatedCompositeFieldContainer[CategoryInfo]
    length_profiles: _containers.RepeatedCompositeFieldContainer[LengthProfileInfo]
    limits: Limits
    defaults: Defaults
    adapters: _containers.RepeatedScalarFieldContainer[str]
    missing_stages: _containers.RepeatedScalarFieldContainer[_decision_pb2.Stage]
    def __init__(self, version: _Optional[str] = ..., stages: _Optional[_Iterable[_Union[_decision_pb2.StageRevision, _Mapping]]] = ..., categories: _Optional[_Iterable[_Union[CategoryInfo, _Mapping]]] = ..., length_profiles: _Optional[_Iterable[_Union[LengthProfileInfo, _Mapping]]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., defaults: _Optional[_Union[Defaults, _Mapping]] = ..., adapters: _Optional[_Iterable[str]] = ..., missing_stages: _Optional[_Iterable[_Union[_decision_pb2.Stage, str]]] = ...) -> None: ...

class CategoryInfo(_message.Message):
    __slots__ = ("category", "definition", "gate", "instruction", "is_default")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    GATE_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    category: str
    definition: str
    gate: str
    instruction: str
    is_default: bool
    def __init__(self, category: _Optional[str] = ..., definition: _Optional[str] = ..., gate: _Optional[str] = ..., instruction: _Optional[str] = ..., is_default: _Optional[bool] = ...) -> None: ...

class LengthProfileInfo(_message.Message):
    __slots__ = ("length_profile", "max_title", "max_body", "counting_unit", "origin", "max_payload_bytes")
    LENGTH_PROFILE_FIELD_NUMBER: _ClassVar[int]
    MAX_TITLE_FIELD_NUMBER: _ClassVar[int]
    MAX_BODY_FIELD_NUMBER: _ClassVar[int]
    COUNTING_UNIT_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    MAX_PAYLOAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    length_profile: str
    max_title: int
    max_body: int
    counting_unit: CountingUnit
    origin: str
    max_payload_bytes: int
    def __init__(self, length_profile: _Optional[str] = ..., max_title: _Optional[int] = ..., max_body: _Optional[int] = ..., counting_unit: _Optional[_Union[CountingUnit, str]] = ..., origin: _Optional[str] = ..., max_payload_bytes: _Optional[int] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_images", "max_image_bytes", "max_image_pixels", "max_categories", "max_candidates_per_category", "max_incumbents", "max_batch_items", "max_time_budget_ms", "max_candidates", "max_short_text_chars", "max_long_text_chars", "max_name_chars", "max_tags", "max_tag_chars", "max_metadata_entries", "max_metadata_key_chars", "max_recent_copies", "max_scored_copies")
    MAX_IMAGES_FIELD_NUMBER: _ClassVar[int]
    MAX_IMAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_IMAGE_PIXELS_FIELD_NUMBER: _ClassVar[int]
    MAX_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    MAX_CANDIDATES_PER_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    MAX_INCUMBENTS_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_ITEMS_FIELD_NUMBER: _ClassVar[int]
    MAX_TIME_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    MAX_SHORT_TEXT_CHARS_FIELD_NUMBER: _ClassVar[int]
    MAX_LONG_TEXT_CHARS_FIELD_NUMBER: _ClassVar[int]
    MAX_NAME_CHARS_FIELD_NUMBER: _ClassVar[int]
    MAX_TAGS_FIELD_NUMBER: _ClassVar[int]
    MAX_TAG_CHARS_FIELD_NUMBER: _ClassVar[int]
    MAX_METADATA_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    MAX_METADATA_KEY_CHARS_FIELD_NUMBER: _ClassVar[int]
    MAX_RECENT_COPIES_FIELD_NUMBER: _ClassVar[int]
    MAX_SCORED_COPIES_FIELD_NUMBER: _ClassVar[int]
    max_images: int
    max_image_bytes: int
    max_image_pixels: int
    max_categories: int
    max_candidates_per_category: int
    max_incumbents: int
    max_batch_items: int
    max_time_budget_ms: int
    max_candidates: int
    max_short_text_chars: int
    max_long_text_chars: int
    max_name_chars: int
    max_tags: int
    max_tag_chars: int
    max_metadata_entries: int
    max_metadata_key_chars: int
    max_recent_copies: int
    max_scored_copies: int
    def __init__(self, max_images: _Optional[int] = ..., max_image_bytes: _Optional[int] = ..., max_image_pixels: _Optional[int] = ..., max_categories: _Optional[int] = ..., max_candidates_per_category: _Optional[int] = ..., max_incumbents: _Optional[int] = ..., max_batch_items: _Optional[int] = ..., max_time_budget_ms: _Optional[int] = ..., max_candidates: _Optional[int] = ..., max_short_text_chars: _Optional[int] = ..., max_long_text_chars: _Optional[int] = ..., max_name_chars: _Optional[int] = ..., max_tags: _Optional[int] = ..., max_tag_chars: _Optional[int] = ..., max_metadata_entries: _Optional[int] = ..., max_metadata_key_chars: _Optional[int] = ..., max_recent_copies: _Optional[int] = ..., max_scored_copies: _Optional[int] = ...) -> None: ...

class Defaults(_message.Message):
    __slots__ = ("max_categories", "candidates_per_category", "length_profile", "time_budget_ms", "margin")
    MAX_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_PER_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    LENGTH_PROFILE_FIELD_NUMBER: _ClassVar[int]
    TIME_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    max_categories: int
    candidates_per_category: int
    length_profile: str
    time_budget_ms: int
    margin: float
    def __init__(self, max_categories: _Optional[int] = ..., candidates_per_category: _Optional[int] = ..., length_profile: _Optional[str] = ..., time_budget_ms: _Optional[int] = ..., margin: _Optional[float] = ...) -> None: ...
