"""The demo's command stops on signals and with the `make` that runs it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

COMMAND = """
import signal, time
from serve_app.demo.ending import makes, stop_on_signals, stop_with
stop_on_signals()
stop_with(makes())
try:
    print(len(makes()), flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("stopped", flush=True)
    time.sleep(0.2)
    print("cleaned", flush=True)
"""


def started(*before: str, ignored: tuple[signal.Signals, ...] = ()) -> subprocess.Popen[str]:
    def ignore() -> None:  # whoever runs the tests may ignore some himself, as under nohup
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

    command = [*before, sys.executable, "-c", COMMAND]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=ignore)  # noqa: PLW1509
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("ignored", [(), (signal.SIGINT,)], ids=["terminal", "background"])
def test_each_signal_stops_also_in_the_background_of_a_script(
    number: signal.Signals, ignored: tuple[signal.Signals, ...]
) -> None:
    process = started(ignored=ignored)
    process.send_signal(number)
    assert process.communicate(timeout=20)[0] == "stopped\ncleaned\n"


def test_under_nohup_a_closed_terminal_changes_nothing() -> None:
    process = started(ignored=(signal.SIGHUP,))
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    process.terminate()
    assert "cleaned" in process.communicate(timeout=20)[0]


def test_signals_that_come_together_are_one() -> None:
    process = started()
    assert process.stdout is not None
    process.terminate()
    assert process.stdout.readline() == "stopped\n"
    process.send_signal(signal.SIGHUP)
    assert process.communicate(timeout=20)[0] == "cleaned\n"


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize("level", [0, 1], ids=["the outer make", "the inner make"])
def test_it_stops_with_a_killed_make(tmp_path: Path, level: int) -> None:
    (tmp_path / "command.py").write_text(COMMAND)
    (tmp_path / "Makefile").write_text(
        f"outer:\n\t@$(MAKE) --no-print-directory inner\ninner:\n\t@{sys.executable} command.py\n"
    )
    # `make test` hands its own flags and level down, and with a level make prints the folder it enters.
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
    }
    make = subprocess.Popen(
        ["make", "outer"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert make.stdout is not None
        assert make.stdout.readline() == "2\n"
        chain = [psutil.Process(make.pid), *psutil.Process(make.pid).children(recursive=True)]
        assert [p.name() for p in chain[:2]] == ["make", "make"]
        chain[level].kill()
        assert make.stdout.read() == "stopped\ncleaned\n"
    finally:
        os.killpg(make.pid, signal.SIGKILL) if psutil.pid_exists(make.pid) else None
        make.wait()
