"""The frame of every command: connect, show the answer, turn errors into words and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.progress import Progress
from rich.text import Text

from deployments.errors import PushGenError
from serve_app.client import PushGenClient, output
from serve_app.client.cli_errors import BAD_INPUT, exit_code, explained
from serve_app.client.cli_files import BadArgument
from serve_app.client.cli_flags import CallFlags
from serve_app.client.credentials import read_key, tls
from serve_app.contract.errors import to_problem

errors = Console(stderr=True)
T = TypeVar("T")


def show(call: CallFlags, answer: BaseModel, view: RenderableType, *, one_line: bool = False) -> None:
    if call.as_json:
        output.write_json(answer.model_dump_json(exclude_none=True, indent=None if one_line else 2))
    else:
        Console().print(view)


@contextmanager
def connected(call: CallFlags) -> Iterator[PushGenClient]:
    """Connect for the command's body. Its errors become a message on stderr and an exit code."""
    with reported(as_json=call.as_json), opened(call) as client:
        yield client


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Turn errors of the command's body into a message on stderr and an exit code."""
    try:
        yield
    except BadArgument as error:
        errors.print(Text.assemble(("error: ", "bold red"), str(error)))
        raise typer.Exit(BAD_INPUT) from None
    except PushGenError as error:
        if as_json:
            output.write_json(to_problem(error, error.request_id).model_dump_json(exclude_none=True), sys.stderr)
        else:
            errors.print(explained(error))
        raise typer.Exit(exit_code(error)) from None


def tracked(sequence: Iterable[T], what: str, total: int | None, *, prints: bool) -> Iterator[T]:
    """Show a bar on a terminal's stderr. prints: the body writes to stdout, so there is none on the same terminal.

    `rich.progress.track` would send the body's lines to stderr, away from the file that stdout is.
    """
    hidden = not errors.is_terminal or (prints and sys.stdout.isatty())
    with Progress(console=errors, disable=hidden, redirect_stdout=False, redirect_stderr=False) as progress:
        yield from progress.track(sequence, total, description=what)


def opened(call: CallFlags) -> PushGenClient:
    try:
        secure = tls(call.ca_file, call.cert_file, call.cert_key_file) if _wants_tls(call) else None
        # No flag holds the key itself: every user of a machine may read command lines.
        key = read_key(call.api_key_file) if call.api_key_file else os.environ.get("PUSHGEN_API_KEY")
        return PushGenClient(
            call.address, timeout_s=call.timeout, credentials=secure, api_key=key, application=call.application
        )
    except OSError as error:
        raise BadArgument(f"cannot read {error.filename}: {error.strerror}") from None
    except ValueError as error:
        raise BadArgument(str(error)) from None


def _wants_tls(call: CallFlags) -> bool:
    return call.tls or any((call.ca_file, call.cert_file, call.cert_key_file))
