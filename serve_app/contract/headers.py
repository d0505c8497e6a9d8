"""The headers of a request, the same over both protocols: its id and its time budget."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from deployments.errors import InvalidInput, Violation
from deployments.types import MAX_INT32, MAX_NAME

BUDGET_HEADER = "x-pushgen-time-budget-ms"
# Callers with different ones share an overloaded service fairly. Where calls need an API key, it says the tenant.
TENANT_HEADER = "x-pushgen-tenant"
AUTHORIZATION_HEADER = "authorization"
MAX_REQUEST_ID_CHARS = MAX_NAME

M = TypeVar("M", bound=BaseModel)


def choose_request_id(*given: str | None) -> str:
    """The first usable id of those given, most telling first; a new one when there is none."""
    return next((i for i in given if i and len(i) <= MAX_REQUEST_ID_CHARS), None) or uuid.uuid4().hex


def item_request_id(own: str, batch_id: str, index: int) -> str:
    """The id of one item of a batch."""
    return own or f"{batch_id}/{index}"


def header_safe(request_id: str) -> str:
    """Headers and metadata carry printable ASCII only: the rest is percent-encoded, and so are "%" and spaces."""
    return quote(request_id, safe="!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~")


def beside(budget: str | None, request_id: str | None) -> tuple[int | None, list[Violation]]:
    """The time budget in milliseconds that a header asks for, and what is wrong with the headers."""
    wrong: list[Violation] = []
    if request_id and len(request_id) > MAX_REQUEST_ID_CHARS:
        too_long = f"has {len(request_id)} characters, at most {MAX_REQUEST_ID_CHARS} are allowed"
        wrong.append(Violation("request_id", too_long))
    if budget is None:
        return None, wrong
    # Longer digits than any budget's are refused unread: int() is quadratic in them.
    if budget.isascii() and budget.isdigit() and len(budget) <= 10 and 1 <= int(budget) <= MAX_INT32:
        return int(budget), wrong
    wrong.append(Violation(BUDGET_HEADER, f"must be a whole number of milliseconds from 1 to {MAX_INT32}"))
    return None, wrong


def with_budget(request: M, budget_ms: int | None) -> M:
    """The request with the header's time budget wherever it has none of its own; of a batch, every item."""
    if budget_ms is None:
        return request
    values = dict(request)
    changed: dict[str, Any] = {}
    if "requests" in values:
        entries = values["requests"]
        changed = {"requests": tuple(e if isinstance(e, InvalidInput) else with_budget(e, budget_ms) for e in entries)}
    elif "options" in values:
        changed = {"options": with_budget(values["options"], budget_ms)}
    elif "time_budget_ms" in values and values["time_budget_ms"] is None:
        changed = {"time_budget_ms": budget_ms}
    return request.model_copy(update=changed)


def join(parsed: M | InvalidInput, wrong: list[Violation]) -> M:
    """The parsed request; raises InvalidInput with the violations of the body and of the headers together."""
    if isinstance(parsed, InvalidInput):
        refused = type(parsed)(parsed.violations + wrong)
        refused.request_id = parsed.request_id
        raise refused
    if wrong:
        raise InvalidInput(wrong)
    return parsed
