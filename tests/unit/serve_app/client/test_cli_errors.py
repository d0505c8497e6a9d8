"""Errors of the command: words for people, JSON for programs, an exit code for scripts."""

from __future__ import annotations

import pytest

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    PushGenError,
    StageFailed,
    StageUnavailable,
    UnsupportedField,
    Violation,
)
from deployments.types import Decision
from serve_app.client import Unreachable
from serve_app.client.cli_errors import answer_json, exit_code, explained
from serve_app.ingress import examples

VIOLATIONS = [Violation("item.title", "is too long"), Violation("options.seed", "must be positive")]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PushGenError("x"), 1),
        (StageFailed("x"), 1),
        (InvalidInput(VIOLATIONS), 2),
        (UnsupportedField(VIOLATIONS), 2),
        (Overloaded("x"), 3),
        (StageUnavailable("x"), 3),
        (Unreachable("x"), 3),
        (DeadlineExceeded("x"), 4),
    ],
)
def test_a_script_tells_errors_apart(error: PushGenError, code: int) -> None:
    assert exit_code(error) == code


def test_every_violation_has_a_line_of_its_own() -> None:
    assert explained(InvalidInput(VIOLATIONS)).plain == (
        "error: the request is invalid\n  item.title: is too long\n  options.seed: must be positive"
    )


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (Overloaded("full", 2.5), "Try again in 2.5 s."),
        (StageUnavailable("lost"), "Try again in 2 s."),
        (Unreachable("nobody", "Is it running? `make serve` starts one"), "Is it running? `make serve` starts one"),
        (StageFailed("broke"), ""),
    ],
)
def test_an_error_says_what_to_do(error: PushGenError, advice: str) -> None:
    text = explained(error).plain
    assert text.startswith(f"error: {error.message}")
    assert advice in text
    assert ("Try again" in text) == advice.startswith("Try again")


def test_the_request_id_is_shown_when_there_is_one() -> None:
    error = StageFailed("broke")
    assert "request" not in explained(error).plain
    error.request_id = "r-7"
    assert explained(error).plain.endswith("\nrequest r-7")


def test_markup_of_a_message_is_shown_and_not_obeyed() -> None:
    assert explained(StageFailed("[red]x[/red]")).plain == "error: [red]x[/red]"


def test_an_answer_is_a_decision_or_a_problem() -> None:
    decision = Decision.model_validate(examples.DECISION)
    assert Decision.model_validate(answer_json(decision)["decision"]) == decision
    error = InvalidInput(VIOLATIONS)
    error.request_id = "r-7"
    problem = answer_json(error)["error"]
    assert (problem["reason"], problem["status"], problem["request_id"]) == ("INVALID_INPUT", 422, "r-7")
    assert [v["field"] for v in problem["violations"]] == ["item.title", "options.seed"]
