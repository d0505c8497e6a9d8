"""The OpenAPI document. FastAPI does not parse requests, so their schemas and headers are added here.

The examples are in `examples.py`.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from deployments.errors import PushGenError
from deployments.types import Decision
from serve_app.contract import messages
from serve_app.contract.errors import TABLE, Problem, problem_type
from serve_app.contract.headers import MAX_REQUEST_ID_CHARS
from serve_app.contract.verbs import VERBS, AnyVerb, UnaryVerb
from serve_app.ingress import examples

EVENT_NAMES = {"captioned", "routed", "candidate", "scored", "decided"}

INFO: dict[str, Any] = {
    "title": "PushGen Serve",
    "version": "v1",
    "summary": "A content item in, one ranked, policy-checked push notification out.",
    "description": (
        "The HTTP face of `pushgen.v1.PushGenService`: the same verbs, and JSON with the proto's field names. Unset "
        "fields are left out of answers; an unknown field in a request is refused. Images and frames are base64. "
        "Errors are `application/problem+json` with a stable `reason`; every violation has its field path. A status is "
        "google.rpc's for the gRPC code, but for INVALID_ARGUMENT: a body that is no JSON is 400, and one whose fields "
        "are wrong is 422. Later versions may add fields to answers."
    ),
    # Relative to this document: right under any path prefix.
    "servers": [{"url": ".", "description": "The service that this document comes from"}],
    "openapi_tags": [
        {"name": "notifications", "description": "The whole flow: caption, route, generate, check, score, select."},
        {"name": "stages", "description": "Each stage by itself."},
        {"name": "service", "description": "What serves, and whether it is well."},
    ],
}


class BatchEvent(BaseModel):
    """The answer to one item of a batch: a decision, or a problem that is this item's alone."""

    index: int = Field(description="Position of the request this answers")
    decision: Decision | None = None
    error: Problem | None = None


class Health(BaseModel):
    status: str = Field(description="SERVING, or NOT_SERVING when a stage is lost that the service cannot do without")
    stages: dict[str, bool] = Field(description="Whether each stage takes calls")
    degraded: list[str] = Field(
        default=[], description="Stages that are lost while the service goes on: its answers are partial"
    )


class Alive(BaseModel):
    status: str = "ALIVE"


REQUESTS: list[type[BaseModel]] = [verb.request for verb in VERBS if verb.method == "POST"]
ANSWERS: list[type[BaseModel]] = [
    *(verb.response for verb in VERBS if isinstance(verb, UnaryVerb)),
    messages.StreamNotificationResponse,
    BatchEvent,
    Problem,
    Health,
    Alive,
]


class AnswerSchema(GenerateJsonSchema):
    """Schemas of answers: an unset field is left out and never null, any other is always there, and more may come."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_is_required(
        self, field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField, total: bool
    ) -> bool:
        del total  # of typed dictionaries
        inner = field["schema"]
        while inner["type"] == "default":
            inner = inner["schema"]
        return inner["type"] != "nullable"

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        described.pop("additionalProperties", None)
        return described


REF = "#/components/schemas/{model}"
HTTP_ONLY = {
    400: ("Malformed JSON", "MALFORMED_JSON", "the body is not JSON: Expecting value at line 1 column 10"),
    408: ("Body too slow", "BODY_TOO_SLOW", "1024 bytes of the body arrived, and then the rest did not in time"),
    413: ("Body too large", "BODY_TOO_LARGE", "the body is larger than 117440512 bytes"),
    415: ("Unsupported media type", "UNSUPPORTED_MEDIA_TYPE", "send the request as application/json"),
}


def _problems(only: set[int] | None = None) -> dict[int | str, dict[str, Any]]:
    """Return every error response with an example, from the table of errors and from HTTP_ONLY."""
    responses: dict[int | str, dict[str, Any]] = {}
    for status, (title, reason, detail) in HTTP_ONLY.items():
        responses[status] = _problem(status, title, reason, detail)
    for kind, row in TABLE.items():
        if kind is not PushGenError:
            extra = examples.PROBLEM_EXTRAS.get(row.http_status, {})
            responses[row.http_status] = _problem(row.http_status, row.title, kind.reason, **extra)
    return {status: responses[status] for status in sorted(responses, key=int) if only is None or status in only}


def _problem(status: int, title: str, reason: str, detail: str = "", **extra: Any) -> dict[str, Any]:
    example = {
        "type": problem_type(reason),
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "/v1/notifications:generate",
        "request_id": examples.REQUEST_ID,
        "reason": reason,
        **extra,
    }
    content = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}, "example": example}}
    return {"description": title, "content": content}


HEADERS = [
    {
        "name": "X-Request-Id",
        "in": "header",
        "required": False,
        "description": "The caller's id of this request, unless the body has one; echoed in the answer.",
        "schema": {"type": "string", "maxLength": MAX_REQUEST_ID_CHARS},
    },
    {
        "name": "X-PushGen-Time-Budget-Ms",
        "in": "header",
        "required": False,
        "description": "Time for the whole request, unless the body has a budget; the service caps it.",
        "schema": {"type": "integer", "minimum": 1},
    },
]


def operation(verb: AnyVerb) -> dict[str, Any]:
    """Return FastAPI's arguments for the route of a verb."""
    example = examples.ANSWERS[verb.rpc]
    answer = _answer(verb.response, example) if isinstance(verb, UnaryVerb) else _events(STREAMS[verb.rpc], example)
    extra: dict[str, Any] = {"parameters": HEADERS[:1]}
    if verb.method == "POST":
        schema = {"$ref": REF.format(model=verb.request.__name__)}
        content = {"application/json": {"schema": schema, "examples": examples.REQUESTS[verb.rpc]}}
        extra = {"parameters": HEADERS, "requestBody": {"required": True, "content": content}}
    errors = _problems() if verb.method == "POST" else _problems({401, 403, 500, 503})
    return {
        "operation_id": verb.rpc,
        "tags": [verb.tag],
        "summary": verb.summary,
        "responses": {200: answer, **errors},
        "openapi_extra": extra,
        "response_model": None,
        # Otherwise FastAPI adds a JSON answer beside other media types.
        "response_class": JSONResponse if isinstance(verb, UnaryVerb) else Response,
    }


def _answer(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": {"$ref": REF.format(model=model.__name__)}, "example": example}
    return {"content": {"application/json": content}, "description": model.__name__}


def _events(description: str, example: str) -> dict[str, Any]:
    schema = {"type": "string", "description": description}
    return {"description": description, "content": {"text/event-stream": {"schema": schema, "example": example}}}


STREAMS = {
    "StreamNotification": (
        "Events `captioned`, `routed`, `candidate`, `scored` and, last, `decided`; `id` is the sequence number and "
        "`data` a StreamNotificationResponse. A failure after the first event is an event `error`, its data a Problem."
    ),
    "BatchGenerateNotifications": (
        "An event `decision` or `error` for each item, in the order they finish; `data` is a BatchEvent. When the "
        "whole call fails midway, the last event is an `error` whose data is a Problem."
    ),
}
READY_PATHS = {"/healthz": "Health", "/readyz": "Readiness"}
API_KEY = {"type": "http", "scheme": "bearer", "description": "The API key of a tenant: `Authorization: Bearer KEY`"}
# Of probes, where the other operations need a key.
NO_KEY: dict[str, Any] = {"security": []}


def readiness(path: str) -> dict[str, Any]:
    """Return FastAPI's arguments for a route of readiness."""
    lost = {"status": "NOT_SERVING", "stages": {**examples.HEALTH["stages"], "generator": False}, "degraded": []}
    return {
        "operation_id": READY_PATHS[path],
        "openapi_extra": NO_KEY,
        "tags": ["service"],
        "summary": "Whether the service can answer now, and which stages are lost; for readiness probes",
        "response_model": None,
        "responses": {
            200: _answer(Health, examples.HEALTH) | {"description": "The service answers, perhaps degraded"},
            503: _answer(Health, lost) | {"description": "A stage is lost that the service cannot do without"},
        },
    }


LIVE: dict[str, Any] = {
    "operation_id": "Liveness",
    "openapi_extra": NO_KEY,
    "tags": ["service"],
    "summary": "Answers whenever this process does, whatever the stages do; for liveness probes",
    "response_model": None,
    "responses": {200: _answer(Alive, {"status": "ALIVE"}) | {"description": "This process answers"}},
}


def schema(app: FastAPI, needs_key: bool) -> dict[str, Any]:
    """Make the document once: FastAPI's, and the schemas and the API key, which it does not handle."""
    if app.openapi_schema is None:
        fields = ("title", "version", "summary", "description", "openapi_version", "servers")
        document = get_openapi(**{key: getattr(app, key) for key in fields}, tags=app.openapi_tags, routes=app.routes)
        inputs = models_json_schema([(m, "validation") for m in REQUESTS], ref_template=REF)[1]["$defs"]
        outputs = models_json_schema(
            [(m, "serialization") for m in ANSWERS], ref_template=REF, schema_generator=AnswerSchema
        )[1]["$defs"]
        document["components"] = {"schemas": dict(sorted({**inputs, **outputs}.items()))}
        if needs_key:
            document["components"]["securitySchemes"] = {"apiKey": API_KEY}
            document["security"] = [{"apiKey": []}]
        app.openapi_schema = document
    return app.openapi_schema
