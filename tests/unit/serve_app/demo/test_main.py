"""The demo command, where it needs no application."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serve_app.demo.__main__ import app, keep_up
from serve_app.demo.local import LocalServe, StartFailed


def test_an_unknown_item_is_refused_with_the_names_there_are(root: Path) -> None:
    done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--item", "dog"])
    assert done.exit_code == 2
    words = " ".join(done.output.split())
    assert "no item is called dog; there are coffee, cat," in words


def test_a_config_of_fakes_has_no_weights_to_prepare(root: Path) -> None:
    done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--weights"])
    assert (done.exit_code, done.output.split()[0]) == (0, "none:")


def test_a_file_that_cannot_be_written_is_refused_before_the_start(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file/demo.json", tmp_path):
        done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--out", str(out)])
        assert done.exit_code == 2
        assert "--out: " in done.output
        assert "cannot be written" in done.output


def test_an_application_without_http_is_sent_no_items(root: Path, tmp_path: Path) -> None:
    text = (root / "configs/fake.yaml").read_text()
    (tmp_path / "c.yaml").write_text(text.replace("route_prefix: /", "route_prefix: null"))
    done = CliRunner().invoke(app, ["--config", str(tmp_path / "c.yaml")])
    assert done.exit_code == 2
    assert "route_prefix: null" in done.output


@pytest.mark.parametrize("prefix", ["/", "/push", "null"])
def test_the_printed_urls_have_the_prefix(
    root: Path, tmp_path: Path, prefix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (root / "configs/fake.yaml").read_text()
    (tmp_path / "c.yaml").write_text(text.replace("route_prefix: /", f"route_prefix: {prefix}"))
    local = LocalServe(tmp_path / "c.yaml")
    monkeypatch.setattr(LocalServe, "tail", lambda self: "")
    with pytest.raises(StartFailed):  # it has not been started
        keep_up(local)
    printed = capsys.readouterr().out
    urls = [f"{local.url}/{path}" for path in ("v1/notifications:generate", "docs", "healthz")]
    assert [url in printed for url in urls] == [prefix != "null"] * 3
    assert local.url.endswith({"/": ":8000", "/push": ":8000/push", "null": ":8000"}[prefix])
    assert "grpcurl" in printed


def test_a_port_that_cannot_be_is_refused(root: Path) -> None:
    for port in ("0", "70000", "eight"):
        done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--http-port", port])
        assert done.exit_code == 2


def test_a_terminal_that_lacks_characters_gets_question_marks(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from serve_app.demo.console import *; print_any_text(); say('Café ✓')"],
        cwd=root, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True,
    )  # fmt: skip
    assert done.stdout == b"Caf? ?\n", done.stderr


def test_a_closed_terminal_ends_nothing_else(root: Path) -> None:
    code = "import sys; from serve_app.demo.console import *; say('last word'); sys.exit(3)"
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", code], cwd=root, stdout=full, stderr=subprocess.PIPE)
    assert b"say" not in done.stderr


@pytest.mark.parametrize("serve", [True, False])
def test_only_an_application_that_stays_up_has_rays_dashboard_and_a_slower_controller(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: bool
) -> None:
    """Through the dashboard a config is deployed again; a start should not wait for the controller."""
    started: list[tuple[bool, bool]] = []

    def start(local: LocalServe) -> None:
        slower = local._make_environment().get("RAY_SERVE_CONTROL_LOOP_INTERVAL_S") == "0.5"
        started.append(("serve_alone" not in local.program, slower))
        local.stop()  # removes its folder
        raise StartFailed("enough")

    monkeypatch.delenv("RAY_SERVE_CONTROL_LOOP_INTERVAL_S", raising=False)
    monkeypatch.setattr(LocalServe, "start", start)
    arguments = ["--config", str(root / "configs/fake.yaml"), "--out", str(tmp_path / "demo.json")]
    CliRunner().invoke(app, [*arguments, "--serve"] if serve else arguments)
    assert started == [(serve, serve)]
