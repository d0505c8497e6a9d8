"""`pushgen`: calls a running service from the shell. JSON in and out, images by path, tables for people."""

from __future__ import annotations

import functools
import sys
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.text import Text

from deployments.errors import InvalidInput, PushGenError
from deployments.types import Decision, Item
from serve_app import __version__
from serve_app.client import PushGenClient, cli_bulk, cli_check, cli_input, cli_lines, cli_replay, output, render
from serve_app.client.cli_errors import UNAVAILABLE, answer_json, exit_code_of_many
from serve_app.client.cli_files import BadArgument
from serve_app.client.cli_flags import CallFlags, CategoryFlags, ItemFlags, RequestFlags, WritingFlags, expanded
from serve_app.client.cli_session import connected, errors, show, tracked
from serve_app.contract.messages import (
    CaptionItemRequest,
    GenerateNotificationRequest,
    RouteItemRequest,
    ScoreCopiesRequest,
    StreamNotificationResponse,
)

EXIT_CODES = (
    "Exit codes: 0 fine, 1 failed, 2 bad input, 3 unavailable or overloaded, 4 deadline, 130 stopped by Ctrl-C, "
    "141 the reader of the output left. Of many items: 1 when some failed, 2 when all were bad input."
)
app = typer.Typer(
    help="Ask a running PushGen service: one item in, one notification worth sending out.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
command = functools.partial(app.command, epilog=EXIT_CODES)
M = TypeVar("M", bound=BaseModel)

File = Annotated[
    str | None,
    typer.Argument(
        help='JSON of a request or of an item, images as {"path": ...} or {"url": ...}; "-" is stdin. Flags add to it.'
    ),
]


def main() -> None:
    """Entry point of the `pushgen` command."""
    output.replace_unencodable()
    output.end_with_pipe()
    if sys.stdout is None:
        sys.exit("error: stdout is closed")
    try:
        app()
    except OSError as error:  # files were read by now
        output.abandon_stdout()
        sys.exit(f"error: cannot write the output: {error.strerror}")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pushgen {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options without a command."""


@command()
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
            code = write_decisions(client, jsonl, typed, concurrency)
        raise typer.Exit(code)
    with connected(call) as client:
        decision = client.generate(generate_request(file, item, categories, writing, request))
        show(call, decision, render.decision_view(decision))


@command()
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


@command()
@expanded
def batch(
    file: Annotated[str, typer.Argument(help='Requests or items: JSON lines, or a JSON list; "-" is stdin.')],
    call: CallFlags,
) -> None:
    """Many items; one bad item never fails the others. With --json one answer a line, as they finish."""
    with connected(call) as client:
        entries = cli_input.load_many(file, GenerateNotificationRequest)
        if not entries:
            raise BadArgument(f"{file} has no requests")
        requests = cli_input.build_many(GenerateNotificationRequest, entries)
        answers: dict[int, Decision | PushGenError] = {}
        answering = cli_lines.batched(client, requests)
        for index, answer in tracked(answering, "items", len(requests), prints=call.as_json):
            answers[index] = answer
            if call.as_json:
                output.write_json(cli_input.dump({"index": index, **answer_json(answer)}))
        if not call.as_json:
            named = zip(entries, requests, strict=True)
            items = [Item(id=e.where) if isinstance(r, InvalidInput) else r.item for e, r in named]
            Console().print(render.batch_table(items, answers))
    raise typer.Exit(exit_code_of_many(answers.values()))


@command()
@expanded
def caption(item: ItemFlags, request: RequestFlags, call: CallFlags, file: File = None) -> None:
    """The captioner by itself."""
    with connected(call) as client:
        answer = client.caption(stage_request(CaptionItemRequest, file, item, request))
        show(call, answer, render.stage_view(render.caption_line(answer.caption), answer.timing, answer.revision))


@command()
@expanded
def route(
    item: ItemFlags, categories: CategoryFlags, request: RequestFlags, call: CallFlags, file: File = None
) -> None:
    """The category router by itself."""
    with connected(call) as client:
        answer = client.route(stage_request(RouteItemRequest, file, item, request, **categories.options))
        show(call, answer, render.stage_view(render.categories_line(answer.categories), answer.timing, answer.revision))


@command()
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


@command()
@expanded
def info(call: CallFlags) -> None:
    """Models, categories, length profiles, limits and defaults of the service."""
    with connected(call) as client:
        answer = client.info()
        show(call, answer, render.info_view(answer))


@command()
@expanded
def health(call: CallFlags) -> None:
    """Whether the service is SERVING: it can answer, perhaps degraded; exits with 3 when not."""
    with connected(call) as client:
        serving = client.health()
        word = "SERVING" if serving else "NOT_SERVING"
        if call.as_json:
            output.write_json(cli_input.dump({"status": word}))
        else:
            Console().print(word)
    if not serving:
        raise typer.Exit(UNAVAILABLE)


command()(cli_check.check)
command()(cli_check.rules)
command()(cli_replay.replay)
command()(cli_bulk.bulk)


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


def write_decisions(client: PushGenClient, source: str, typed: dict[str, Any], concurrency: int) -> int:
    """Write a line to stdout for each line of the source: its Decision, or its error. Returns the exit code."""

    def report_ignored(keys: set[str]) -> None:
        errors.print(f"left out, no part of an item: {', '.join(sorted(keys))}", style="yellow")

    entries = cli_lines.read(source, cli_input.merge({}, typed), report_ignored)
    requests = cli_input.build_many(GenerateNotificationRequest, entries)
    answering = cli_lines.decisions(client, requests, concurrency)
    answers = []
    for index, answer in tracked(answering, "items", len(requests), prints=True):
        answers.append(answer)
        line = answer_json(answer)
        output.write_json(
            cli_input.dump({**line, "item_id": entries[index].item_id} if "error" in line else line["decision"])
        )
    return exit_code_of_many(answers)


# --- answers ---------------------------------------------------------------------------------------------------------


def event_view(event: StreamNotificationResponse) -> RenderableType:
    return (
        Text(f"{event.sequence:>3} ", style="dim") + render.event_line(event.event)
        if event.decided is None
        else (render.decision_view(event.decided.decision))
    )


if __name__ == "__main__":
    main()
