"""Odd machines: what is used instead, and that it is said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.demo import surroundings
from serve_app.demo.ingress_mode import IngressMode
from serve_app.demo.surroundings import home, plain_python, run_folder, without_proxies

LONGEST = IngressMode.PROXY.longest_socket


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A short folder that TMPDIR names."""
    folder = Path("/tmp") / f"t{os.getpid() % 10000}"  # noqa: S108 - it has to be short
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder  # type: ignore[misc]
    for left in folder.iterdir():
        left.rmdir()
    folder.rmdir()


def test_a_short_tmpdir_is_used_without_a_word(base: Path) -> None:
    folder, notice = run_folder(LONGEST)
    assert (folder.parent, notice) == (base, "")
    with socket.socket(socket.AF_UNIX) as s:
        ray = folder / "ray/session_2026-11-26_02-22-31_260789_4194304/sockets/dash_MetricsHead.1"
        assert len(str(ray)) <= 107
        s.bind(str(folder / "s"))
    (folder / "s").unlink()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x" * 60, "is too long for Ray's sockets"),
        ("ü" * 20, "character"),
        ("a b", "has a space"),
        ("it's", "character"),
        ('say "x"', "character"),
        ("a#b", "character"),
        ("100%", "character"),
        ("$HOME", "character"),
        ("missing/sub", "No such file"),
        ("file", "Not a directory"),
    ],
)
def test_an_odd_tmpdir_is_replaced_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    folder = tmp_path / name
    if name == "file":
        folder.touch()
    elif "missing" not in name:
        folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    made, notice = run_folder(LONGEST)
    made.rmdir()
    assert len(str(made.parent)) < 10
    assert notice.startswith(f"TMPDIR {folder} ")
    assert words in notice
    assert "\n" not in notice


def test_a_relative_tmpdir_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "build")
    made, notice = run_folder(LONGEST)
    made.rmdir()
    assert "is relative" in notice


def test_no_folder_at_all_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "_folder_in", lambda base, _longest: ("cannot be used (No space left)", None))
    with pytest.raises(Misconfigured, match=r"^no folder for temporary files .*No space left.*TMPDIR"):
        run_folder(LONGEST)


def in_a_process(code: str, user: int | None = None, **env: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in ("HOME", "USER", "LOGNAME", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-c", code], env=kept | env, capture_output=True, text=True, check=True, user=user,
        group=user, extra_groups=None if user is None else [],
    ).stdout.strip()  # fmt: skip


def test_a_home_that_can_be_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USER", "somebody")
    assert home() == ({}, "")


@pytest.mark.parametrize("named", ["", "/no/such/home", "relative"])
def test_a_user_without_a_home_gets_one(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", named)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    variables, notice = home()
    private = tmp_path / f"pushgen-{os.getuid()}"
    if named or not os.access("/", os.W_OK):
        assert variables["HOME"] == str(private)
        assert str(private) in notice
        assert private.stat().st_mode & 0o777 == 0o700
    for name in ("VLLM_CACHE_ROOT", "TRITON_CACHE_DIR"):
        assert named == "" or variables[name].startswith(str(private))


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_user_that_the_system_does_not_know_has_a_name_and_a_home(open_folder: Path) -> None:
    code = (
        "import os; from serve_app.demo.surroundings import home; variables, notice = home(); "
        "print(variables['USER'], variables['HOME'], notice)"
    )
    private = f"{open_folder}/pushgen-54321"
    said = in_a_process(code, 54321, TMPDIR=str(open_folder))
    assert said == f"user54321 {private} the home folder is missing: {private} is used"


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["readable", "closed"])
def test_a_home_of_another_user_stays_but_nothing_is_written_there(mode: int, open_folder: Path) -> None:
    (open_folder / "home").mkdir(mode=mode)
    code = (
        "from serve_app.demo.surroundings import home; variables, notice = home(); "
        "print('HOME' in variables, variables['VLLM_CACHE_ROOT'], notice)"
    )
    said = in_a_process(code, 54321, TMPDIR=str(open_folder), HOME=str(open_folder / "home"))
    assert said.startswith(f"False {open_folder}/pushgen-54321/.cache/vllm the home folder cannot be written")


def test_a_private_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/no/such/home")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"pushgen-{os.getuid()}").symlink_to(tmp_path)
    with pytest.raises(Misconfigured, match="set HOME"):
        home()


@pytest.mark.parametrize(
    ("env", "begins"),
    [
        ({}, "localhost,127.0.0.1,::1"),
        ({"no_proxy": "example.org, .corp"}, "example.org,.corp,localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "example.org"}, "example.org,localhost"),
        ({"no_proxy": "", "NO_PROXY": "a"}, "a,localhost"),
    ],
)
def test_this_machine_is_added_to_what_goes_past_a_proxy(env: dict[str, str], begins: str) -> None:
    variables = without_proxies(env)
    assert set(variables) == {"no_proxy", "NO_PROXY", "no_grpc_proxy"}
    assert all(value.startswith(begins) for value in variables.values())
    assert variables["no_proxy"].count("127.0.0.1") == 1


def test_a_star_means_no_proxy_at_all_and_stays() -> None:
    assert without_proxies({"no_proxy": "*", "NO_PROXY": "*"}) == {}


@pytest.mark.parametrize("name", ["a b", "it's", 'say "x"', "naïve", "a#b", "100%", "$x", "(1)", "a\\b", "a;b", "a&b"])
def test_python_is_named_by_a_path_that_needs_no_quotes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    venv = tmp_path / name / ".venv"
    venv.parent.mkdir()
    venv.symlink_to(sys.prefix)
    monkeypatch.setattr(sys, "prefix", str(venv))
    monkeypatch.setattr(sys, "executable", f"{venv}/bin/python")
    python = plain_python()
    assert python == plain_python()
    assert name not in str(python)
    code = "import sys, importlib.util as u; print(sys.prefix); print(u.find_spec('torch').origin)"
    prefix, torch = subprocess.check_output([python, "-c", code], text=True).splitlines()
    assert torch.startswith(prefix)
    assert name not in torch


def test_a_plain_path_is_used_as_it_is() -> None:
    if surroundings._PLAIN.fullmatch(sys.prefix):
        assert plain_python() == Path(sys.executable)


def test_a_path_that_is_not_utf_8_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/caf\udce9/.venv")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        plain_python()
