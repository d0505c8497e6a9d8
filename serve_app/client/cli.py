"""`pushgen`: calls a running service from the shell. JSON in and out, images by path, tables for people.

Exit codes: 0 fine, 1 failed, 2 bad input, 3 unavailable or overloaded, 4 deadline.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.progress import track
from rich.text import Text

from deployments.errors import InvalidInput, PushGenError
from deployments.types import Decision, Item
from serve_app.client import PushGenClient, cli_input, cli_lines, render
from serve_app.client.cli_errors import BAD_INPUT, FAILED, UNAVAILABLE, answer_json, exit_code, explained
from serve_app.client.cli_flags import CallFlags, CategoryFlags, ItemFlags, RequestFlags, WritingFlags, expanded
from serve_app.contract.errors import to_problem
from serve_app.contract.messages import (
    BatchEntry,
    CaptionItemRequest,
    GenerateNotificationRequest,
    RouteItemRequest,
    ScoreCopiesRequest,
    StreamNotificationResponse,
)

app = typer.Typer(
    help="Ask a running PushGen service: one item in, one notification worth sending out.",
    epilog="Exit codes: 0 fine, 1 failed, 2 bad input, 3 unavailable or overloaded, 4 deadline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
M = TypeVar("M", bound=BaseModel)

File = Annotated[
    str | None,
    typer.Argument(help='JSON of a request or of an item, images as {"path": ...}; "-" is stdin. Flags add to it.'),
]


def main() -> None:
    """Entry point of the `pushgen` command."""
    app()


@app.command()
@expanded
def generate(
    item: ItemFlags,
    categories: CategoryFlags,
    writing: WritingFlags,
    request: RequestFlags,
    call: CallFlags,
    file: File = None,
    jsonl: Annotated[
        str | None, typer.Option(help="Many instead: requests or items, one a line; one Decision a line comes out.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="With --jsonl: requests at once.")] = 2,
) -> None:
    """One item to one decision, with every candidate and why."""
    if jsonl is not None:
        typed = typed_request(item, categories, writing, request)
        with connected(call) as client:
            failed = write_decisions(client, jsonl, typed, concurrency)
        if failed:
            raise typer.Exit(FAILED)
        return
    with connected(call) as client:
        decision = client.generate(generate_request(file, item, categories, writing, request))
        show(call, decision, render.decision_view(decision))


@app.command()
@expanded
def stream(
    item: ItemFlags,
    categories: CategoryFlags,
    writing: WritingFlags,
    request: RequestFlags,
    call: CallFlags,
    file: File = None,
) -> None:
    """The same, with events as they happen; with --json one a line."""
    with connected(call) as client:
        for event in client.stream(generate_request(file, item, categories, writing, request)):
            show(call, event, event_view(event), one_line=True)


@app.command()
@expanded
def batch(
    file: Annotated[str, typer.Argument(help='Requests or items: JSON lines, or a JSON list; "-" is stdin.')],
    call: CallFlags,
) -> None:
    """Many items; one bad item never fails the others. With --json one answer a line, as they finish."""
    with connected(call) as client:
        requests = [requested(line) for line in cli_input.load_many(file, GenerateNotificationRequest)]
        if not requests:
            raise cli_input.BadArgument(f"{file} has no requests")
        answers: dict[int, Decision | PushGenError] = {}
        bar = track(ordered(client, requests), "items", len(requests), console=errors, disable=not errors.is_terminal)
        for index, answer in bar:
            answers[index] = answer
            if call.as_json:
                line = {"index": index, **answer_json(answer)}
                sys.stdout.write(cli_input.dump(line) + "\n")
                sys.stdout.flush()
        if not call.as_json:
            items = [Item() if isinstance(r, InvalidInput) else r.item for r in requests]
            Console().print(render.batch_table(items, answers))
    if any(isinstance(answer, PushGenError) for answer in answers.values()):
        raise typer.Exit(FAILED)


@app.command()
@expanded
def caption(item: ItemFlags, request: RequestFlags, call: CallFlags, file: File = None) -> None:
    """The captioner by itself."""
    with connected(call) as client:
        answer = client.caption(stage_request(CaptionItemRequest, file, item, request))
        show(call, answer, render.stage_view(render.caption_line(answer.caption), answer.timing, answer.revision))


@app.command()
@expanded
def route(
    item: ItemFlags, categories: CategoryFlags, request: RequestFlags, call: CallFlags, file: File = None
) -> None:
    """The category router by itself."""
    with connected(call) as client:
        answer = client.route(stage_request(RouteItemRequest, file, item, request, **categories.options))
        show(call, answer, render.stage_view(render.categories_line(answer.categories), answer.timing, answer.revision))


@app.command()
@expanded
def score(
    item: ItemFlags,
    request: RequestFlags,
    call: CallFlags,
    file: File = None,
    copy: Annotated[list[str] | None, typer.Option(help='Copy to score, "title|body"; repeatable.')] = None,
    profile: Annotated[str | None, typer.Option(help="Platform length profile.")] = None,
) -> None:
    """Policy checks and reward of copies, human-written ones too, best first."""
    with connected(call) as client:
        fields = {"copies": cli_input.copies(copy or ()), "length_profile": profile}
        answer = client.score(stage_request(ScoreCopiesRequest, file, item, request, **fields))
        table = render.candidates_table(answer.candidates)
        show(call, answer, render.stage_view(table, answer.timing, answer.revision))


@app.command()
@expanded
def info(call: CallFlags) -> None:
    """Models, categories, length profiles, limits and defaults of the service."""
    with connected(call) as client:
        answer = client.info()
        show(call, answer, render.info_view(answer))


@app.command()
@expanded
def health(call: CallFlags) -> None:
    """Whether every stage is healthy; exits with 3 when not."""
    with connected(call) as client:
        serving = client.health()
        word = "SERVING" if serving else "NOT_SERVING"
        sys.stdout.write(cli_input.dump({"status": word}) + "\n" if call.as_json else f"{word}\n")
    if not serving:
        raise typer.Exit(UNAVAILABLE)


# --- requests ---------------------------------------------------------------------------------------------------------


def generate_request(
    file: str | None, item: ItemFlags, categories: CategoryFlags, writing: WritingFlags, request: RequestFlags
) -> GenerateNotificationRequest:
    typed = typed_request(item, categories, writing, request)
    loaded = cli_input.load(file, GenerateNotificationRequest)
    return cli_input.build(GenerateNotificationRequest, cli_input.merge(loaded, typed))


def typed_request(
    item: ItemFlags, categories: CategoryFlags, writing: WritingFlags, request: RequestFlags
) -> dict[str, Any]:
    return {
        "item": item.item,
        "incumbents": writing.incumbents,
        "recent_copies": cli_input.copies(writing.recent or ()),
        "options": {**categories.options, **writing.options, **request.limits},
        "request_id": request.request_id,
    }


def stage_request(model: type[M], file: str | None, item: ItemFlags, request: RequestFlags, **fields: Any) -> M:
    typed = {"item": item.item, "request_id": request.request_id, **request.limits, **fields}
    return cli_input.build(model, cli_input.merge(cli_input.load(file, model), typed))


def requested(line: dict[str, Any] | InvalidInput) -> BatchEntry:
    """Validate one of many requests; one that is wrong is its own InvalidInput."""
    if isinstance(line, InvalidInput):
        return line
    return cli_input.attempt(partial(cli_input.build, GenerateNotificationRequest), line)


def ordered(client: PushGenClient, requests: list[BatchEntry]) -> Iterator[tuple[int, Decision | PushGenError]]:
    """Yield the answers of all requests, in batches within the service's limit. Refused ones are not sent."""
    yield from ((index, entry) for index, entry in enumerate(requests) if isinstance(entry, InvalidInput))
    sound = [(index, entry) for index, entry in enumerate(requests) if not isinstance(entry, InvalidInput)]
    size = client.info().limits.max_batch_items if sound else 1
    for start in range(0, len(sound), size):
        chunk = sound[start : start + size]
        for at, answer in client.batch([entry for _, entry in chunk]):
            yield chunk[at][0], answer


def write_decisions(client: PushGenClient, source: str, typed: dict[str, Any], concurrency: int) -> int:
    """Write a line to stdout for each line of the source: its Decision, or its error. Returns the number of errors."""

    def report_ignored(keys: set[str]) -> None:
        errors.print(f"left out, no part of an item: {', '.join(sorted(keys))}", style="yellow")

    requests = [requested(line) for line in cli_lines.read(source, cli_input.merge({}, typed), report_ignored)]
    answers = cli_lines.decisions(client, requests, concurrency)
    failed = 0
    for index, answer in track(answers, "items", len(requests), console=errors, disable=not errors.is_terminal):
        line = answer_json(answer)
        if isinstance(answer, PushGenError):
            failed += 1
            request = requests[index]
            line |= {"line": index + 1} if isinstance(request, InvalidInput) else {"item_id": request.item.id}
        else:
            line = line["decision"]
        sys.stdout.write(cli_input.dump(line) + "\n")
        sys.stdout.flush()
    return failed


# --- answers ----------------------------------------------------------------------------------------------------------

errors = Console(stderr=True)


def show(call: CallFlags, answer: BaseModel, view: RenderableType, *, one_line: bool = False) -> None:
    if call.as_json:
        sys.stdout.write(answer.model_dump_json(exclude_none=True, indent=None if one_line else 2) + "\n")
        sys.stdout.flush()
    else:
        Console().print(view)


def event_view(event: StreamNotificationResponse) -> RenderableType:
    return (
        Text(f"{event.sequence:>3} ", style="dim") + render.event_line(event.event)
        if event.decided is None
        else (render.decision_view(event.decided.decision))
    )


@contextmanager
def connected(call: CallFlags) -> Iterator[PushGenClient]:
    """Connect for the command's body. Its errors become a message on stderr and an exit code."""
    try:
        with PushGenClient(call.address, timeout_s=call.timeout) as client:
            yield client
    except cli_input.BadArgument as error:
        errors.print(Text.assemble(("error: ", "bold red"), str(error)))
        raise typer.Exit(BAD_INPUT) from None
    except PushGenError as error:
        if call.as_json:
            sys.stderr.write(to_problem(error, error.request_id).model_dump_json(exclude_none=True) + "\n")
        else:
            errors.print(explained(error))
        raise typer.Exit(exit_code(error)) from None


if __name__ == "__main__":
    main()
