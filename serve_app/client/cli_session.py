"""The frame of every command: connect, show the answer, turn errors into words and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.text import Text

from deployments.errors import PushGenError
from serve_app.client import PushGenClient, output
from serve_app.client.cli_errors import BAD_INPUT, exit_code, explained
from serve_app.client.cli_files import BadArgument
from serve_app.client.cli_flags import CallFlags
from serve_app.contract.errors import to_problem

errors = Console(stderr=True)


def show(call: CallFlags, answer: BaseModel, view: RenderableType, *, one_line: bool = False) -> None:
    if call.as_json:
        output.write_json(answer.model_dump_json(exclude_none=True, indent=None if one_line else 2))
    else:
        Console().print(view)


@contextmanager
def connected(call: CallFlags) -> Iterator[PushGenClient]:
    """Connect for the command's body. Its errors become a message on stderr and an exit code."""
    try:
        with opened(call) as client:
            yield client
    except BadArgument as error:
        errors.print(Text.assemble(("error: ", "bold red"), str(error)))
        raise typer.Exit(BAD_INPUT) from None
    except PushGenError as error:
        if call.as_json:
            output.write_json(to_problem(error, error.request_id).model_dump_json(exclude_none=True), sys.stderr)
        else:
            errors.print(explained(error))
        raise typer.Exit(exit_code(error)) from None


def opened(call: CallFlags) -> PushGenClient:
    try:
        return PushGenClient(call.address, timeout_s=call.timeout, application=call.application)
    except ValueError as error:
        raise BadArgument(str(error)) from None
