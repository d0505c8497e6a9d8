"""Refusals of the command."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from benchmarks.load.__main__ import app


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--address", "10.1.2.3:9000", "--address '10.1.2.3:9000' is not on this machine"),
        ("--protocol", "soap", "choose grpc or http"),
        ("--arrivals", "bursts", "choose poisson or even"),
        ("--rates", "5,-1", "give requests/s above 0"),
        ("--rates", "many", "give requests/s above 0"),
        ("--config", "configs/none.yaml", "there is no file"),
    ],
)
def test_impossible_options_are_refused_by_name(option: str, value: str, words: str) -> None:
    done = CliRunner().invoke(app, [option, value])
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())
