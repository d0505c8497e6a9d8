"""The report, as the command writes it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.report.__main__ import app
from benchmarks.report.goals import GOALS

ENVIRONMENT = {
    "machine": {"cpu": "Some | CPU", "cpus": 2, "memory_gb": 25.1, "gpus": [], "load_average": 0.5},
    "versions": {"python": "3.11", "ray": "2.60.0"},
    "commit": "0123456789ab+",
    "config": {"file": "demo.yaml", "sha256": "abcdef012345"},
    "command": "python -m benchmarks.engine",
    "at": "2026-01-01T00:00:00Z",
}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def written(folder: Path, name: str, result: Any) -> None:
    (folder / f"{name}.json").write_text(result if isinstance(result, str) else json.dumps(result))


def run(folder: Path) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["--results", str(folder), "--json"])
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_report_holds_goals_origins_notes_and_plots(tmp_path: Path) -> None:
    written(tmp_path, "engine", {"ratio_to_engine": 0.8, "environment": ENVIRONMENT})
    written(tmp_path, "prefix", {"hit_share": 0.75, "arms": {"first": {"share": 0.75}}, "rows": [{"a": 1}]})
    written(tmp_path, "own", {"words": "a | b <script>", "environment": {}})
    (tmp_path / "engine.png").write_bytes(PIXEL)
    (tmp_path / "engine.md").write_text("The policy check holds it there.")
    summary = run(tmp_path)
    assert (summary["met"], summary["missed"], summary["unmeasured"]) == (1, 1, len(GOALS) - 2)
    assert summary["results"] == ["engine", "prefix", "own"]

    text = (tmp_path / "report.md").read_text()
    assert "**missed** by 0.15 (15.8% of the goal)" in text
    assert "**met** by 0.05 (7.1% of the goal)" in text
    assert "[prefix](#prefix), machine and commit not recorded" in text
    assert "Without a record of where they were measured: `prefix`." in text
    assert "Some \\| CPU, 2 cores" in text
    assert "`0123456789ab+`" in text
    assert "The policy check holds it there." in text
    assert "![engine](engine.png)" in text
    assert "| tokens/s over bare vLLM in turn | at least 0.95 | 0.8 | bare vLLM | [engine](engine.png) |" in text
    assert "Whole result: [own.json](own.json)." in text
    for no_dump in ("arms.first.share", "a | b", "rows"):
        assert no_dump not in text

    page = (tmp_path / "report.html").read_text()
    assert f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}" in page
    assert 'src="engine.png"' not in page
    assert "<script>" not in page
    assert page.count("<table>") == sum(line.startswith("|---|") for line in text.splitlines())


def test_a_missed_goal_without_a_word_on_why_is_named(tmp_path: Path) -> None:
    written(tmp_path, "engine", {"ratio_to_engine": 0.8, "environment": ENVIRONMENT})
    run(tmp_path)
    assert "not written down yet: `engine.md`" in (tmp_path / "report.md").read_text()


def test_every_row_of_a_table_has_as_many_cells(tmp_path: Path) -> None:
    written(tmp_path, "engine", {"ratio_to_engine": 0.8, "odd": "a|b", "environment": ENVIRONMENT | {"command": "a|b"}})
    run(tmp_path)
    page = (tmp_path / "report.html").read_text()
    for one in page.split("<table>")[1:]:
        rows = one.split("</table>")[0].split("<tr>")[1:]
        assert len({row.count("<td") + row.count("<th") - row.count("<thead") for row in rows}) == 1


@pytest.mark.parametrize(("content", "words"), [(None, "no result in"), ("{", "is no JSON"), ("[1]", "is no result")])
def test_what_is_no_result_is_refused_by_name(tmp_path: Path, content: str | None, words: str) -> None:
    if content is not None:
        written(tmp_path, "tax", content)
    done = CliRunner().invoke(app, ["--results", str(tmp_path)])
    assert done.exit_code == 2
    message = " ".join(done.stderr.split())
    assert words in message
    assert content is None or "tax.json" in message
    assert not (tmp_path / "report.md").exists()
