"""`pushgen replay` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serve_app.client.cli import app
from serve_app.client.cli_replay import summary_of, table_of
from tests.unit.serve_app.audit.entries import entries, written

HUMAN = {"id": "mine", "title": "Coffee on a table", "body": "A cup for you."}


@pytest.fixture
async def log(tmp_path: Path) -> Path:
    lines, _ = await written({"audit": {}}, {}, {"incumbents": [HUMAN]})
    path = tmp_path / "decisions.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*typed: str) -> Result:
    return CliRunner().invoke(app, ["replay", *typed], env={"COLUMNS": "160", "NO_COLOR": "1"})


def test_the_same_choices_exit_with_0(log: Path) -> None:
    done = run(str(log))
    assert (done.exit_code, [json.loads(line)["same"] for line in done.stdout.splitlines()]) == (0, [True, True])


def test_other_knobs_show_another_choice_and_are_no_failure(log: Path, tmp_path: Path) -> None:
    knobs = tmp_path / "knobs.yaml"
    knobs.write_text("selection: {margin: 0.49}")
    done = run(str(log), "--with", str(knobs))
    first, second = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, first["same"], second["same"], second["replayed"]["candidate"]) == (0, True, False, "mine")


def test_a_choice_that_cannot_be_made_again_exits_with_1(log: Path) -> None:
    line = json.loads(log.read_text().splitlines()[1])
    line["decision"]["notification"]["candidate_id"] = "mine"
    log.write_text(json.dumps(line))
    done = run(str(log))
    assert (done.exit_code, json.loads(done.stdout)["same"]) == (1, False)


def test_a_bad_line_is_named_and_the_others_go_on(log: Path) -> None:
    log.write_text("{}\n" + log.read_text())
    done = run(str(log))
    first, *others = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, len(others)) == (2, 2)
    assert first["error"].startswith("line 1: ")


def test_a_missing_file_or_knobs_are_bad_input(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.jsonl")).exit_code == 2
    assert run("-", "--with", str(tmp_path / "none.yaml")).exit_code == 2


async def test_people_see_what_differs() -> None:
    from rich.console import Console

    from serve_app.audit.replay import replay
    from serve_app.flow.knobs import IngressKnobs

    lines, _ = await written({"audit": {}}, {}, {"incumbents": [HUMAN]})
    careful = IngressKnobs.model_validate({"selection": {"margin": 0.49}})
    replays = [replay(entry, careful) for entry in entries(lines)]
    console = Console(width=160, record=True)
    console.print(table_of(replays))
    shown = console.export_text()
    assert "BELOW_MARGIN" in shown
    assert "r0" not in shown
    assert summary_of(replays, 1).startswith("1 of 2 choices are the same")
