"""`pushgen check` as it is typed: one copy, many lines, what is wrong with a line, exit codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from serve_app.client import cli_check
from serve_app.client.cli import app

ITEM = {"title": "A quiet garden", "description": "Opened in 1921."}
GOOD = {"title": "A garden to be alone in", "body": "Walk in whenever you like, the gate is open."}
BAD = {"title": "A garden of 1,500 roses", "body": "Walk in whenever you like, the gate is open."}


def run(*typed: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(app, ["check", *typed], input=stdin, env={"COLUMNS": "160", "NO_COLOR": "1"})


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(name: str, content: Any) -> str:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def test_one_copy_gives_json_in_a_pipe(file: Any) -> None:
    typed = ["--item", file("item.json", ITEM), "--copy", file("copy.json", BAD), "--profile", "ios"]
    done = run(*typed, "--locale", "en-US")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["verdict"] == "BLOCK"
    assert [(f["rule"], f["span"]) for f in result["findings"]] == [("grounding.number", [12, 17])]
    assert run(*typed, "--fail-on", "block").exit_code == 1


def test_flags_reach_the_check(file: Any) -> None:
    done = run(
        "--item", file("item.json", ITEM), "--copy", "-", "--recent", file("recent.json", [GOOD]),
        "--terms", file("terms.json", {"gate": "REVIEW"}),
        "--policy", file("knobs.yaml", "duplicate: {recent: review}"),
        "--profiles", file("p.yaml", "profiles: [{length_profile: tiny, max_title: 5, max_body: 99}]"),
        "--profile", "tiny", stdin=json.dumps(GOOD),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    severities = {f["rule"]: f["severity"] for f in json.loads(done.stdout)["findings"]}
    assert {r.split(".")[0] for r in severities} == {"length", "duplicate", "terms"}
    assert [s for r, s in severities.items() if not r.startswith("length")] == ["REVIEW", "REVIEW"]


def test_many_lines_are_answered_in_order_and_a_bad_one_stops_nothing(file: Any) -> None:
    lines = [
        {"id": "a", "item": ITEM, "copy": GOOD, "profile": "ios", "locale": "en-US", "label": "clean"},
        "not JSON",
        {"id": "b", "item": ITEM, "copy": {"title": 3.5, "body": ["x"]}},
        "",
        "[]",
        {"id": 4, "item": ITEM, "copy": BAD, "profile": "tv"},
        {"id": "c", "item": ITEM, "copy": BAD},
    ]
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    done = run("--jsonl", file("cases.jsonl", text), "--fail-on", "block")
    assert done.exit_code == 2, done.output
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["id"] for r in results] == ["a", None, "b", None, 4, "c"]
    assert [r.get("verdict") for r in results] == ["PASS", None, None, None, None, "BLOCK"]
    errors = [r["error"] for r in results if "error" in r]
    assert errors[0].startswith("line 2: ")
    assert errors[1] == "line 3: copy.body: must be text"
    assert errors[2] == "line 5: must be an object"
    assert errors[3].startswith("line 6: profile: unknown length profile 'tv'; known: default, ios")


def test_lines_of_stdin_may_be_in_any_bytes_and_lean_on_flags(file: Any) -> None:
    good, latin = json.dumps({"id": "a", "copy": GOOD}).encode(), b'{"id": "l", "copy": {"title": "caf\xe9"}}'
    done = run("--jsonl", "-", "--item", file("item.json", ITEM), stdin=b"\xef\xbb\xbf" + good + b"\r\n" + latin)
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["verdict"], done.exit_code) == ("PASS", 2)
    assert second["id"] == "l"
    assert "line 2: copy.title: must be valid Unicode" in second["error"]


@pytest.mark.parametrize(("verdict", "codes"), [(GOOD, [0, 0, 0]), (BAD, [0, 1, 1])])
def test_an_operator_chooses_what_fails(file: Any, verdict: dict[str, str], codes: list[int]) -> None:
    lines = file("cases.jsonl", {"item": ITEM, "copy": verdict})
    assert [run("--jsonl", lines, "--fail-on", on).exit_code for on in ("never", "review", "block")] == codes


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ([], "--item and --copy is missing"),
        (["--item", "nowhere.json"], "cannot read nowhere.json"),
        (["--jsonl", "nowhere.jsonl"], "cannot read nowhere.jsonl"),
        (["--jsonl", "-", "--policy", "nowhere.yaml"], "cannot read nowhere.yaml"),
        (["--jsonl", "-", "--profiles", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_what_is_missing_is_said(typed: list[str], words: str) -> None:
    done = run(*typed)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_wrong_field_of_one_copy_is_named(file: Any) -> None:
    done = run("--item", file("item.json", {"title": ["a"]}), "--copy", file("copy.json", GOOD))
    assert done.exit_code == 2
    assert "item.title: must be text" in done.stderr


def test_people_get_a_table() -> None:
    finding = {
        "severity": "BLOCK",
        "rule": "length.title",
        "field": "title",
        "text": "[x]",
        "message": "m",
        "evidence": "",
    }
    table = cli_check.findings_table([finding])
    assert [next(iter(column.cells)).plain for column in table.columns][:4] == ["BLOCK", "length.title", "title", "[x]"]


def test_the_rules_are_listed_with_their_settings(file: Any) -> None:
    done = CliRunner().invoke(app, ["rules", "--policy", file("knobs.yaml", "empty: {action: review}")])
    assert done.exit_code == 0, done.output
    rows = {row["id"]: row for row in json.loads(done.stdout)}
    assert (rows["format.empty"]["severity"], rows["format.empty"]["setting"]) == ("REVIEW", "policy.empty.action")
    assert [next(iter(c.cells)).plain for c in cli_check.rules_table([rows["format.empty"]]).columns][
        1
    ] == "format.empty"


def test_no_ray_and_no_model_is_loaded(root: Path) -> None:
    code = (
        "import sys; from serve_app.client.cli import app\n"
        "try: app(['check', '--jsonl', '-'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('ray', 'torch', 'vllm', 'transformers', 'fastapi') if m in sys.modules])"
    )
    line = json.dumps({"item": ITEM, "copy": GOOD})
    done = subprocess.run([sys.executable, "-c", code], cwd=root, text=True, input=line, capture_output=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_results_reach_their_file_while_a_bar_is_shown(root: Path, tmp_path: Path, file: Any) -> None:
    lines = file("cases.jsonl", "\n".join([json.dumps({"item": ITEM, "copy": GOOD})] * 3))
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "serve_app.client.cli", "check", "--jsonl", lines]
    with (tmp_path / "out.jsonl").open("wb") as out:
        done = subprocess.run(command, cwd=root, stdout=out, stderr=terminal, env={**os.environ, "TERM": "xterm"})
    os.close(terminal)
    assert done.returncode == 0
    assert [json.loads(line)["verdict"] for line in (tmp_path / "out.jsonl").read_text().splitlines()] == ["PASS"] * 3
    assert b"copies" in os.read(main, 10_000)
    os.close(main)
