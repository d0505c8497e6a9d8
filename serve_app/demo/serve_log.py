"""What the log of `serve run` says: which stages are ready, and why an application cannot start."""

from __future__ import annotations

import re

_LOST_AFTER = 3
_READY = re.compile(r"(\w+) ready after ([\d.]+) s")
_DASHBOARD = re.compile(r"dashboard at (?:\x1b\[\d+m)*(?:http://)?([\d.]+:\d+)")
_INVALID = "pydantic_core._pydantic_core.ValidationError"
_VIOLATION = re.compile(r"^([\w.\[\]]+)\n  (.+?)(?: \[type=.*)?$", re.MULTILINE)


class StartFailed(Exception):
    """The application did not start. The message says what failed and what to do."""


class Refused(StartFailed):
    """The application or Serve refused the config: the same config will never start."""


def ready_stages(log: str) -> dict[str, float]:
    """Return the start-up seconds of the deployments that have a ready replica."""
    seconds_by_deployment: dict[str, float] = {}
    for name, seconds in _READY.findall(log):
        seconds_by_deployment.setdefault(name, float(seconds))
    return seconds_by_deployment


def dashboard(log: str) -> str | None:
    """Return the address of the dashboard, through which a config is deployed."""
    shown = _DASHBOARD.search(log)
    return shown[1] if shown else None


def failure_in(log: str) -> StartFailed | None:
    """Read why the application cannot start; None while it still may.

    `serve run` itself would retry for ever. Bad settings end the start at once, a replica that fails three times too.
    """
    if named := re.findall(r"Misconfigured[^:\n]*: (.+)", log):
        return Refused(f"the application refused to start.\n{named[-1]}")
    if (at := log.find(_INVALID)) >= 0:
        return Refused(f"Serve refused the config.\n{_violations(log[at:])}")
    if "DEPLOY_FAILED" in log or log.count("the replica will be stopped") >= _LOST_AFTER:
        errors = [line for line in log.splitlines() if re.search(r"(Error|Exception)\b.*: ", line)]
        reason = "\n".join(errors[-5:] or log.splitlines()[-25:])
        return StartFailed(f"the application refused to start.\n{reason}")
    return None


def _violations(report: str) -> str:
    """Shorten pydantic's report, where a violation has a line with its key and one with the message, to a line each."""
    violations = _VIOLATION.findall(report)
    return "\n".join(f"{key}: {message}" for key, message in violations) or report[-1000:]
