from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IncumbentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INCUMBENT_KIND_UNSPECIFIED: _ClassVar[IncumbentKind]
    INCUMBENT_KIND_HUMAN: _ClassVar[IncumbentKind]
    INCUMBENT_KIND_TEMPLATE: _ClassVar[IncumbentKind]

class OutputField(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTPUT_FIELD_UNSPECIFIED: _ClassVar[OutputField]
    OUTPUT_FIELD_TITLE: _ClassVar[OutputField]
    OUTPUT_FIELD_BODY: _ClassVar[OutputField]

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIORITY_UNSPECIFIED: _ClassVar[Priority]
    PRIORITY_REALTIME: _ClassVar[Priority]
    PRIORITY_BACKFILL: _ClassVar[Priority]
INCUMBENT_KIND_UNSPECIFIED: IncumbentKind
INCUMBENT_KIND_HUMAN: IncumbentKind
INCUMBENT_KIND_TEMPLATE: IncumbentKind
OUTPUT_FIELD_UNSPECIFIED: OutputField
OUTPUT_FIELD_TITLE: OutputField
OUTPUT_FIELD_BODY: OutputField
PRIORITY_UNSPECIFIED: Priority
PRIORITY_REALTIME: Priority
PRIORITY_BACKFILL: Priority

class Image(_message.Message):
    __slots__ = ("data", "url", "alt_text")
    DATA_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    ALT_TEXT_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    url: str
    alt_text: str
    def __init__(self, data: _Optional[bytes] = ..., url: _Optional[str] = ..., alt_text: _Optional[str] = ...) -> None: ...

class VideoFrame(_message.Message):
    __slots__ = ("data", "offset_ms")
    DATA_FIELD_NUMBER: _ClassVar[int]
    OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    offset_ms: int
    def __init__(self, data: _Optional[bytes] = ..., offset_ms: _Optional[int] = ...) -> None: ...

class Item(_message.Message):
    __slots__ = ("id", "locale", "title", "description", "tags", "creator", "metadata", "images", "frames", "caption")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    id: str
    locale: str
    title: str
    description: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    creator: str
    metadata: _containers.ScalarMap[str, str]
    images: _containers.RepeatedCompositeFieldContainer[Image]
    frames: _containers.RepeatedCompositeFieldContainer[VideoFrame]
    caption: str
    def __init__(self, id: _Optional[str] = ..., locale: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., creator: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ..., images: _Optional[_Iterable[_Union[Image, _Mapping]]] = ..., frames: _Optional[_Iterable[_Union[VideoFrame, _Mapping]]] = ..., caption: _Optional[str] = ...) -> None: ...

class Copy(_message.Message):
    __slots__ = ("title", "body")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    title: str
    body: str
    def __init__(self, title: _Optional[str] = ..., body: _Optional[str] = ...) -> None: ...

class Incumbent(_message.Message):
    __slots__ = ("id", "title", "body", "kind")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    body: str
    kind: IncumbentKind
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., body: _Optional[str] = ..., kind: _Optional[_Union[IncumbentKind, str]] = ...) -> None: ...

class Options(_message.Message):
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
    output_fields: _containers.RepeatedScalarFieldContainer[OutputField]
    temperature: float
    seed: int
    margin: float
    time_budget_ms: int
    priority: Priority
    allow_degradation: bool
    adapter: str
    def __init__(self, categories_wanted: _Optional[_Iterable[str]] = ..., categories_barred: _Optional[_Iterable[str]] = ..., max_categories: _Optional[int] = ..., candidates_per_category: _Optional[int] = ..., length_profile: _Optional[str] = ..., output_fields: _Optional[_Iterable[_Union[OutputField, str]]] = ..., temperature: _Optional[float] = ..., seed: _Optional[int] = ..., margin: _Optional[float] = ..., time_budget_ms: _Optional[int] = ..., priority: _Optional[_Union[Priority, str]] = ..., allow_degradation: _Optional[bool] = ..., adapter: _Optional[str] = ...) -> None: ...
