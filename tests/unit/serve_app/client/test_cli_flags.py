"""Groups of flags become a command's parameters, and a part of the request's JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from serve_app.client.cli_flags import (
    CallFlags,
    CategoryFlags,
    ItemFlags,
    RequestFlags,
    WritingFlags,
    expanded,
)
from serve_app.client.cli_input import BadArgument


def typed(*words: str) -> dict[str, Any]:
    """What a command with two groups and a flag of its own gets."""
    seen: dict[str, Any] = {}
    app = typer.Typer()

    @app.command()
    @expanded
    def command(
        request: RequestFlags,
        call: CallFlags,
        file: Annotated[str | None, typer.Argument()] = None,
        count: Annotated[int, typer.Option(min=1)] = 2,
    ) -> None:
        """A command."""
        seen.update(request=request, call=call, file=file, count=count)

    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return seen


def test_a_group_is_one_parameter_of_the_command_and_many_flags() -> None:
    seen = typed("x.json", "--budget-ms", "900", "--backfill", "--json", "--timeout", "2.5", "--count", "3")
    assert seen["request"] == RequestFlags(budget_ms=900, backfill=True)
    assert (seen["call"].as_json, seen["call"].timeout) == (True, 2.5)
    assert (seen["file"], seen["count"]) == ("x.json", 3)


def test_what_is_not_typed_is_the_groups_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUSHGEN_ADDRESS", raising=False)
    assert typed() == {"request": RequestFlags(), "call": CallFlags(), "file": None, "count": 2}
    monkeypatch.setenv("PUSHGEN_ADDRESS", "elsewhere:1")
    assert typed()["call"].address == "elsewhere:1"


def test_the_command_keeps_its_name_and_its_help() -> None:
    @expanded
    def command(call: CallFlags) -> None:
        """Shown by --help."""

    assert (command.__name__, command.__doc__) == ("command", "Shown by --help.")


def test_unset_flags_are_unset_in_the_request() -> None:
    assert set(RequestFlags().limits.values()) == {None}
    assert set(WritingFlags().options.values()) == {None}
    assert CategoryFlags().options == {"categories_wanted": [], "categories_barred": [], "max_categories": None}
    assert not any(ItemFlags().item.values())
    assert WritingFlags().incumbents == []


def test_strict_forbids_a_degradation_and_its_absence_allows_none() -> None:
    assert WritingFlags(strict=True).options["allow_degradation"] is False
    assert WritingFlags().options["allow_degradation"] is None, "the operator's default"


def test_templates_come_after_the_copies_and_say_what_they_are() -> None:
    assert WritingFlags(incumbent=["a|b|c", "d"], template=["{title}|x"]).incumbents == [
        {"title": "a", "body": "b|c"},
        {"title": "d"},
        {"title": "{title}", "body": "x", "kind": "INCUMBENT_KIND_TEMPLATE"},
    ]


def test_an_item_has_the_bytes_of_its_files(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"\x00\xff")
    item = ItemFlags(item_id="7", image=[str(path)], frame=[f"{path}@40"], metadata=["k=v=w"]).item
    assert (item["id"], item["images"], item["metadata"]) == ("7", [{"data": "AP8="}], {"k": "v=w"})
    assert item["frames"] == [{"data": "AP8=", "offset_ms": 40}]
    with pytest.raises(BadArgument, match=r"cannot read .*none\.png: No such file"):
        _ = ItemFlags(image=[str(tmp_path / "none.png")]).item
