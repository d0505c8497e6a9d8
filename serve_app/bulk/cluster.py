"""The Ray cluster of a bulk job: one of its own on this machine, or one that runs."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from deployments.errors import Misconfigured
from serve_app.demo.surroundings import home, run_folder, without_proxies

# Bytes of Ray's longest socket beyond its temporary folder.
_LONGEST_SOCKET: Final = 75
_OURS: Final = re.compile(r"^\S*\bMisconfigured: (.+)$", re.MULTILINE)
_ENVIRONMENT: Final = {
    # Unset, a local cluster would turn token mode on. By the next line its ports listen on the loopback address alone.
    "RAY_AUTH_MODE": "disabled",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray's own default, 15, gives the cores to any other process first.
    "RAY_worker_niceness": "0",
}


class BulkFailed(Exception):
    """The job cannot end. What is done stays; the same command goes on."""


@contextmanager
def local(cpus: float, link: Path) -> Iterator[None]:
    """A cluster of this process. Raises Misconfigured without a folder for temporary files.

    cpus: to count with. They bound how many tasks run, and not what those may use. link: points to the folder of Ray's
    files, so that what a killed process left is removed by the next one.
    """
    with suppress(FileNotFoundError):
        shutil.rmtree(link.resolve(strict=True), ignore_errors=True)
    link.unlink(missing_ok=True)
    folder, _ = run_folder(_LONGEST_SOCKET)
    link.symlink_to(folder)
    variables, _ = home()
    os.environ.update(variables | without_proxies(os.environ) | _ENVIRONMENT)
    os.environ.pop("RAY_ADDRESS", None)
    try:
        with _connected(num_cpus=int(cpus), include_dashboard=False, _temp_dir=str(folder)):
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        link.unlink(missing_ok=True)


@contextmanager
def running(address: str) -> Iterator[None]:
    """The cluster at the address. Raises Misconfigured when there is none."""
    with _connected(address=address):
        yield


@contextmanager
def _connected(**options: object) -> Iterator[None]:
    import ray  # noqa: PLC0415 - after the environment is set, which Ray reads when it is imported

    try:
        ray.init(logging_level=logging.WARNING, log_to_driver=False, **options)  # type: ignore[arg-type]
    except (ConnectionError, RuntimeError, ValueError) as error:
        what = "--address" if "address" in options else "Ray does not start"
        raise Misconfigured(f"{what}: {(str(error) or type(error).__name__).splitlines()[0]}") from None
    try:
        yield
    finally:
        ray.shutdown()


def explained(error: Exception) -> Exception:
    """Return an error of ours for one of Ray, whose text has the traceback of a worker. The last line says why."""
    if raised := _OURS.findall(str(error)):
        return Misconfigured(raised[-1])
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return BulkFailed(f"{lines[-1] if lines else type(error).__name__}; the same command goes on")
