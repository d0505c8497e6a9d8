"""Error messages and exit codes of the command."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rich.text import Text

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    PushGenError,
    StageUnavailable,
    Unauthenticated,
)
from deployments.types import Decision
from serve_app.client import Unreachable
from serve_app.contract.errors import to_problem

FAILED, BAD_INPUT, UNAVAILABLE, DEADLINE = 1, 2, 3, 4


def answer_json(answer: Decision | PushGenError) -> dict[str, Any]:
    if isinstance(answer, PushGenError):
        return {"error": to_problem(answer, answer.request_id).model_dump(exclude_none=True)}
    return {"decision": answer.model_dump(mode="json", exclude_none=True)}


def exit_code(error: PushGenError) -> int:
    codes: dict[type[PushGenError], int] = {
        InvalidInput: BAD_INPUT,
        Overloaded: UNAVAILABLE,
        StageUnavailable: UNAVAILABLE,
        DeadlineExceeded: DEADLINE,
    }
    return next((code for kind, code in codes.items() if isinstance(error, kind)), FAILED)


def exit_code_of_many(answers: Collection[Decision | PushGenError]) -> int:
    """Bad input when nothing else was there; failed for any error."""
    failed = [answer for answer in answers if isinstance(answer, PushGenError)]
    if failed and len(failed) == len(answers) and all(isinstance(error, InvalidInput) for error in failed):
        return BAD_INPUT
    return FAILED if failed else 0


def explained(error: PushGenError) -> Text:
    """Format an error for people: each violation on its own line, and what to do."""
    text = Text.assemble(("error: ", "bold red"))
    if isinstance(error, InvalidInput):
        text.append("the request is invalid")
        for violation in error.violations:
            text.append(f"\n  {violation.field}", style="bold")
            text.append(f": {violation.description}")
    else:
        text.append(error.message)
    if isinstance(error, Unreachable):
        text.append(f"\n{error.advice}".rstrip())
    elif isinstance(error, Unauthenticated):
        text.append("\nPUSHGEN_API_KEY holds your key, or --api-key-file names a file with it.")
    elif isinstance(error, Overloaded | StageUnavailable):
        text.append(f"\nTry again in {error.retry_after_s:g} s.")
    if error.request_id:
        text.append(f"\nrequest {error.request_id}", style="dim")
    return text
