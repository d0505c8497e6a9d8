"""The one line that a command refuses with."""

from __future__ import annotations

import pytest

from benchmarks.lib.console import console, refusal


def test_a_refusal_is_a_line_on_standard_error_and_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with console.capture() as written:
        stop = refusal("--rates [x] is no number", code=3)
    assert stop.exit_code == 3
    assert "error: --rates [x] is no number" in written.get()
    assert capsys.readouterr().out == ""
