"""The demo command, where it needs no application."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from serve_app.demo.__main__ import app


def test_an_unknown_item_is_refused_with_the_names_there_are(root: Path) -> None:
    done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--item", "dog"])
    assert done.exit_code == 1
    words = " ".join(done.output.split())
    assert "no item is called dog; there are coffee, cat," in words


def test_a_config_of_fakes_has_no_weights_to_prepare(root: Path) -> None:
    done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--weights"])
    assert (done.exit_code, done.output.split()[0]) == (0, "none:")
