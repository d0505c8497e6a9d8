"""What the machine of a local application lacks or has in an odd place, made good in the application's environment."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from deployments.errors import Misconfigured
from deployments.paths import PROJECT_ROOT, private_folder, writable

# Compilers and Ray's daemons put paths into command lines, and not all of them quote.
_PLAIN = re.compile(r"[A-Za-z0-9_./+@=-]+")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Where libraries keep what they make beside `~/.cache/pushgen`, each by the variable that moves it.
_LIBRARY_FOLDERS = {
    "VLLM_CACHE_ROOT": ".cache/vllm",
    "VLLM_CONFIG_ROOT": ".config/vllm",
    "TRITON_CACHE_DIR": ".triton/cache",
    "NUMBA_CACHE_DIR": ".cache/numba",
    "MPLCONFIGDIR": ".config/matplotlib",
}


def run_folder(longest_socket: int) -> tuple[Path, str]:
    """Make the folder of a run, short enough for its sockets. Raises Misconfigured.

    Returns it with a sentence for the operator, empty where the folder is below the one that TMPDIR names.
    """
    named = os.environ.get("TMPDIR") or tempfile.gettempdir()
    reasons: dict[str, str] = {}
    for base in dict.fromkeys((named, "/tmp", "/var/tmp", "/dev/shm")):  # noqa: S108 - a folder of a random name is made
        reason, folder = _folder_in(base, longest_socket)
        if folder is not None:
            return folder, f"TMPDIR {named} {reasons[named]}: {base} is used" if reasons else ""
        reasons[base] = reason
    tried = "; ".join(f"{base} {reason}" for base, reason in reasons.items())
    raise Misconfigured(f"no folder for temporary files ({tried}): name one with TMPDIR, of at most 15 characters")


def _folder_in(base: str, longest_socket: int) -> tuple[str, Path | None]:
    """Make a folder in `base` that sockets can be put into, or say why not."""
    if not _PLAIN.fullmatch(base):
        return "has a space or another character that tools do not quote", None
    if not os.path.isabs(base):
        return "is relative", None
    try:
        folder = Path(tempfile.mkdtemp(prefix="pushgen-", dir=base))
    except OSError as error:
        return f"cannot be used ({error.strerror})", None
    probe = folder / ("s" * (longest_socket - 1))
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(probe))
        probe.unlink()
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        too_long = "too long" in str(error)
        return "is too long for Ray's sockets" if too_long else f"takes no sockets ({error.strerror})", None
    return "", folder


def home() -> tuple[dict[str, str], str]:
    """Return variables for a user without a home folder, or with one that cannot be written, and a sentence.

    A home folder that exists stays: prepared weights and models from a hub may lie in it.
    """
    variables: dict[str, str] = {}
    try:
        getpass.getuser()
    except (KeyError, OSError):  # the system has no name for this user
        variables["USER"] = f"user{os.getuid()}"
    folder = Path(os.path.expanduser("~"))  # Path.home raises for an unknown user
    there = folder.is_absolute() and os.path.isdir(folder)
    if there and writable(folder):
        return variables, ""
    try:
        instead = private_folder()
    except OSError as error:
        raise Misconfigured(f"the home folder {folder} cannot be written, and {error}: set HOME") from None
    variables |= {name: str(instead / part) for name, part in _LIBRARY_FOLDERS.items() if name not in os.environ}
    if not there:
        variables["HOME"] = str(instead)
    return variables, f"the home folder {'cannot be written' if there else 'is missing'}: {instead} is used"


def without_proxies(env: Mapping[str, str]) -> dict[str, str]:
    """Keep proxies out of what the processes of this machine say to each other; elsewhere they stay."""
    addresses = [a.address for interface in psutil.net_if_addrs().values() for a in interface]
    own = [a for a in addresses if re.fullmatch(r"\d+(\.\d+){3}", a)]
    variables = {}
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        listed = env.get(name) or env.get("no_proxy") or env.get("NO_PROXY") or ""
        if listed.strip() != "*":
            hosts = [*(h.strip() for h in listed.split(",")), *_LOOPBACK, *own, socket.gethostname()]
            variables[name] = ",".join(dict.fromkeys(h for h in hosts if h))
    return variables


def plain_python() -> Path:
    """Return this Python, by a path that every tool can put into a command line. Raises Misconfigured.

    Where the virtual environment's has a space, a quote or the like, that is a link to it: the linker's command of
    PyTorch's compiler does not quote, and Ray's raylet quotes double quotes only.
    """
    prefix = Path(sys.prefix)
    try:
        f"{prefix}{PROJECT_ROOT}{Path.cwd()}".encode()
    except UnicodeEncodeError:
        raise Misconfigured("the project's path is not UTF-8: move the project to a folder with another name") from None
    if _PLAIN.fullmatch(str(prefix)) or sys.prefix == sys.base_prefix:
        return Path(sys.executable)
    digest = hashlib.sha256(os.fsencode(prefix)).hexdigest()[:12]
    try:
        link = private_folder(_plain_temp()) / f"python-{digest}"
        with suppress(FileExistsError):
            link.symlink_to(prefix)
    except OSError as error:
        raise Misconfigured(
            f"the project's path {str(PROJECT_ROOT)!r} has a character that compilers cannot take, and no link to it "
            f"can be made ({error.strerror}): move the project to a path of letters and digits"
        ) from None
    return link / Path(sys.executable).relative_to(prefix)


def _plain_temp() -> Path:
    """Return the folder for temporary files, or /tmp where that one's path is no better."""
    folder = tempfile.gettempdir()
    return Path(folder if _PLAIN.fullmatch(folder) else "/tmp")  # noqa: S108 - a folder of this user alone is made in it
