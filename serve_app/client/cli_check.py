"""`pushgen check` and `pushgen rules`: the copy checks, with no service running."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deployments.errors import InvalidInput, Misconfigured
from serve_app.client import cli_files, cli_input, output
from serve_app.client.cli_errors import BAD_INPUT, FAILED
from serve_app.client.cli_files import BadArgument
from serve_app.client.cli_session import errors, reported, tracked
from serve_app.contract import proto_json

if TYPE_CHECKING:
    from serve_app.checking.checker import Checker

_VERDICTS = ("PASS", "REVIEW", "BLOCK")
_COLOURS = {"PASS": "green", "REVIEW": "yellow", "BLOCK": "red", "REWRITE": "red"}
_BLANK = b" \t\r\n\xef\xbb\xbf"


class FailOn(StrEnum):
    """The lightest verdict that makes the command fail."""

    NEVER = "never"
    REVIEW = "review"
    BLOCK = "block"

    def fails(self, verdict: str) -> bool:
        return self is not FailOn.NEVER and _VERDICTS.index(verdict) >= _VERDICTS.index(self.name)


def check(
    item: Annotated[str | None, typer.Option(help='JSON of the item; "-" is stdin.')] = None,
    copy: Annotated[str | None, typer.Option(help='JSON of the copy, {"title", "body"}.')] = None,
    profile: Annotated[str | None, typer.Option(help="Length profile; default when none is named.")] = None,
    locale: Annotated[str | None, typer.Option(help="BCP-47 tag of the copy's language; the item's for none.")] = None,
    recent: Annotated[str | None, typer.Option(help="JSON list of copies sent lately.")] = None,
    terms: Annotated[str | None, typer.Option(help='JSON of your own terms: {"term": "BLOCK" or "REVIEW"}.')] = None,
    jsonl: Annotated[
        str | None,
        typer.Option(
            help='Many: a line {"id", "item", "copy", ...} each; "-" is stdin. The flags hold where it is silent.'
        ),
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="YAML of knobs: the Ingress's user_config, or its `policy` alone.")
    ] = None,
    profiles: Annotated[
        str | None, typer.Option(help="YAML of length profiles; configs/profiles.yaml for none.")
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Exit with 1 at this verdict.")] = FailOn.NEVER,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as in a pipe, instead of a table.")] = False,
) -> None:
    """Check a copy by all policy rules, with no service running. In a pipe and with --jsonl: JSON.

    Example: pushgen check --item item.json --copy copy.json --profile ios --locale en-US
    """
    with reported(as_json=as_json), installed():
        given = {
            "item": _read(item), "copy": _read(copy), "profile": profile, "locale": locale,
            "recent_copies": _read(recent), "terms": _read(terms),
        }  # fmt: skip
        shared = {key: value for key, value in given.items() if value is not None}
        from serve_app.checking.checker import Checker  # noqa: PLC0415 - not all clients have the rules

        checker = Checker.load(policy, profiles)
        if jsonl is not None:
            code = check_lines(checker, jsonl, shared, fail_on)
        else:
            code = check_one(checker, shared, fail_on, as_json=as_json or not sys.stdout.isatty())
    raise typer.Exit(code)


def rules(
    policy: Annotated[
        str | None, typer.Option(help="YAML of knobs: the Ingress's user_config, or its `policy` alone.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as in a pipe, instead of a table.")] = False,
) -> None:
    """Every kind of finding: its id, its severity, what it means and the setting that changes it."""
    with reported(as_json=as_json), installed():
        from serve_app.checking.checker import Checker  # noqa: PLC0415 - not all clients have the rules

        rows = [row._asdict() for row in Checker.load(policy).rules()]
    if as_json or not sys.stdout.isatty():
        output.write_json(cli_input.dump(rows))
    else:
        Console().print(rules_table(rows))


def check_one(checker: Checker, content: Mapping[str, Any], fail_on: FailOn, *, as_json: bool) -> int:
    """Print the result of one copy. Returns the exit code. Raises BadArgument and InvalidInput."""
    missing = [f"--{name}" for name in ("item", "copy") if name not in content]
    if missing:
        raise BadArgument(f"{' and '.join(missing)} is missing; --jsonl takes many")
    result = checker.check(content)
    if as_json:
        output.write_json(cli_input.dump(result))
    else:
        Console().print(findings_table(result["findings"]), Text(result["verdict"], _COLOURS[result["verdict"]]))
    return FAILED if fail_on.fails(result["verdict"]) else 0


def check_lines(checker: Checker, source: str, shared: Mapping[str, Any], fail_on: FailOn) -> int:
    """Print a result for each line, in order, as they are read. Returns the exit code. Raises BadArgument."""
    wrong = failed = False
    with opened(source) as lines:
        total = None if source == "-" or not errors.is_terminal else _count(Path(source))
        for number, line in enumerate(tracked(lines, "copies", total, prints=True), 1):
            if not (text := line.strip(_BLANK)):
                continue
            result = check_line(checker, number, text, shared)
            wrong = wrong or "error" in result
            failed = failed or ("verdict" in result and fail_on.fails(result["verdict"]))
            output.write_json(cli_input.dump(result))
    return BAD_INPUT if wrong else FAILED if failed else 0


def check_line(checker: Checker, number: int, text: bytes, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a line, with its id; with an `error` in place of findings where it is wrong."""
    own_id = None
    try:
        content = proto_json.loads(text)
        if not isinstance(content, dict):
            return {"id": None, "error": f"line {number}: must be an object"}
        own_id = content.get("id")
        return {"id": own_id, **checker.check({**shared, **content})}
    except InvalidInput as error:
        wrong = "; ".join(f"{v.field}: {v.description}" for v in error.violations)
        return {"id": own_id, "error": f"line {number}: {wrong}"}


def findings_table(findings: list[dict[str, Any]]) -> Table:
    return _table(findings, ("severity", "rule", "field", "text", "message", "evidence"))


def rules_table(rows: list[dict[str, Any]]) -> Table:
    return _table(rows, ("severity", "id", "message", "setting"))


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> Table:
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        colour = _COLOURS.get(row["severity"], "")
        table.add_row(*(Text(row[key], colour if key == "severity" else "") for key in columns))
    return table


def _read(source: str | None) -> Any:
    return None if source is None else cli_files.read_value(source)


@contextmanager
def installed(what: str = "the rules") -> Iterator[None]:
    """The client alone comes without the libraries of the rules, and without Ray: say what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        verb = "need" if what.endswith("s") else "needs"
        needed = f"{what} {verb} {error.name}: pip install 'pushgen-serve[serve]'"
        raise BadArgument(needed) from None
    except Misconfigured as error:
        raise BadArgument(str(error)) from None


def opened(source: str) -> BinaryIO:
    if source == "-":
        if sys.stdin is None:
            raise BadArgument("stdin is closed")
        return sys.stdin.buffer
    try:
        return open(source, "rb")
    except OSError as error:
        raise BadArgument(f"cannot read {source}: {error.strerror}") from None


def _count(path: Path) -> int | None:
    """Return the number of lines of a file. A pipe can be read once only."""
    if not path.is_file():
        return None
    with path.open("rb") as lines:
        return sum(1 for _ in lines)
