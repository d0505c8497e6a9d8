"""Request ids and time budgets that travel beside a request."""

from __future__ import annotations

import pytest

from deployments.types import Item, Options
from serve_app.contract.headers import BUDGET_HEADER, beside, choose_request_id, header_safe, with_budget
from serve_app.contract.messages import (
    BatchGenerateNotificationsRequest,
    CaptionItemRequest,
    GenerateNotificationRequest,
    GetServiceInfoRequest,
)

ITEM = Item(title="t")


def test_the_most_telling_id_wins_and_there_is_always_one() -> None:
    assert choose_request_id("body", "header") == "body"
    assert choose_request_id("", "header") == "header"
    assert choose_request_id("x" * 129, "header") == "header"
    assert len(choose_request_id(None, "")) == 32
    assert choose_request_id() != choose_request_id()


def test_ids_are_made_safe_for_headers() -> None:
    assert header_safe("abc-1_2.3~/x:y") == "abc-1_2.3~/x:y"
    assert header_safe("\u00fc 1\r\nx: y%") == "%C3%BC%201%0D%0Ax:%20y%25"


@pytest.mark.parametrize("budget_header", ["1", "2500", str(2**31 - 1)])
def test_a_budget_is_read(budget_header: str) -> None:
    assert beside(budget_header, None) == (int(budget_header), [])


@pytest.mark.parametrize(
    "budget_header", ["0", "-1", "1.5", "soon", "", str(2**31), "9" * 100_000, "\u0663", " 5", "1_000"]
)
def test_a_wrong_budget_is_a_violation(budget_header: str) -> None:
    budget, wrong = beside(budget_header, None)
    assert budget is None
    assert [v.field for v in wrong] == [BUDGET_HEADER]


def test_a_long_id_is_a_violation() -> None:
    assert [v.field for v in beside(None, "x" * 129)[1]] == ["request_id"]


def test_the_header_fills_what_is_unset_and_nothing_else() -> None:
    unset = GenerateNotificationRequest(item=ITEM)
    budgeted = GenerateNotificationRequest(item=ITEM, options=Options(time_budget_ms=7))
    assert with_budget(unset, 500).options.time_budget_ms == 500
    assert with_budget(budgeted, 500).options.time_budget_ms == 7
    assert with_budget(unset, None) is unset
    assert with_budget(CaptionItemRequest(item=ITEM), 500).time_budget_ms == 500
    both = with_budget(BatchGenerateNotificationsRequest(requests=(unset, budgeted)), 500)
    assert [r.options.time_budget_ms for r in both.requests] == [500, 7]
    assert with_budget(GetServiceInfoRequest(), 500) == GetServiceInfoRequest()
