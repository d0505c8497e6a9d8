"""The tenants' file while the service runs: a change is taken, a broken one is not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.access.keys import hash_line
from serve_app.access.settings import KeyAccessSettings
from serve_app.access.source import Source
from serve_app.access.tenants import TenantsFile


def text(*names: str) -> str:
    return "tenants:\n" + "".join(f"  - {{name: {n}, keys: ['{hash_line(n)}']}}\n" for n in names)


def until(done: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end_s, "not within 10 s"
        time.sleep(0.01)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tenants.yaml"
    path.write_text(text("shop"))
    return path


class Taken:
    """The names of the tenants of each file that was taken."""

    def __init__(self) -> None:
        self.names: list[list[str]] = []

    def __call__(self, tenants: TenantsFile) -> None:
        self.names.append([tenant.name for tenant in tenants.tenants])


def test_a_change_is_noticed_by_itself(file: Path) -> None:
    source = Source(KeyAccessSettings(file=str(file), reload_s=0.1), taken := Taken())
    source.start()
    try:
        file.write_text(text("shop", "news"))
        until(lambda: len(taken.names) == 2)
    finally:
        source.stop()
    assert taken.names == [["shop"], ["shop", "news"]]


def test_a_swapped_link_of_the_same_size_and_time_is_noticed(tmp_path: Path) -> None:
    """As Kubernetes swaps a mounted secret."""
    for name in ("one", "two"):
        (tmp_path / name).write_text(text(name))
        os.utime(tmp_path / name, (1, 1))
    link = tmp_path / "tenants.yaml"
    link.symlink_to("one")
    source = Source(KeyAccessSettings(file=str(link)), taken := Taken())
    link.unlink()
    link.symlink_to("two")
    source.look()
    assert taken.names == [["one"], ["two"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"tenants:\n\t- a", "line 2: is no YAML"),
        (b"", "is empty"),
        (b"\xff", "is not UTF-8"),
        (b"#" * (4 * 2**20 + 1), "is larger than"),
        (None, "cannot be read"),
    ],
)
def test_a_broken_file_is_logged_once_and_the_last_good_one_stays(
    file: Path, content: bytes | None, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(KeyAccessSettings(file=str(file)), taken := Taken())
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    caplog.clear()
    for _ in range(3):
        source.look()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert words in caplog.text
    assert "the tenants stay as they were" in caplog.text
    file.write_text(text("shop", "news"))
    source.look()
    assert taken.names == [["shop"], ["shop", "news"]]


def test_it_does_not_start_without_a_good_file(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"access\.file: .*gone\.yaml cannot be read: No such file"):
        Source(KeyAccessSettings(file=str(tmp_path / "gone.yaml")), Taken())
    (tmp_path / "bad.yaml").write_text("tenants: {}")
    with pytest.raises(Misconfigured, match=r"access\.file: .*bad\.yaml: tenants"):
        Source(KeyAccessSettings(file=str(tmp_path / "bad.yaml")), Taken())


def test_a_variable_holds_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = KeyAccessSettings(env="PUSHGEN_TENANTS_TEST")
    with pytest.raises(Misconfigured, match=r"access\.env: the variable PUSHGEN_TENANTS_TEST is empty"):
        Source(settings, Taken())
    monkeypatch.setenv("PUSHGEN_TENANTS_TEST", text("shop"))
    source = Source(settings, taken := Taken())
    source.start()
    source.stop()
    assert taken.names == [["shop"]]
