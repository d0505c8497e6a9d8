"""Ask OSV (osv.dev) for known vulnerabilities of every pinned package (`make audit`). One request, bounded in time.

Without an answer it says "not audited" and fails nobody. What is found ends `make audit` with 1; `--report`, as in
`make lint`, only prints it: an advisory that appears today must not break a commit of yesterday.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-large.lock")
URL = "https://api.osv.dev/v1/querybatch"
TIMEOUT_S = 10.0
# Of one request, by OSV's own documentation.
MAX_QUERIES = 1000
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;+\\]+)")


def pins(root: Path) -> list[tuple[str, str]]:
    """Return (name, version) of every package in the lock files, without a build's own suffix."""
    lines = [line for name in LOCKS for line in (root / name).read_text(encoding="utf-8").splitlines()]
    return sorted({(found[1], found[2]) for line in lines if (found := _PIN.match(line))})


def advisories(packages: list[tuple[str, str]], client: httpx.Client) -> dict[tuple[str, str], list[str]]:
    """Return the ids of the advisories of each package that has any. Raises httpx.HTTPError, ValueError, KeyError."""
    if len(packages) > MAX_QUERIES:
        raise ValueError(f"{len(packages)} packages are more than one request may have")
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages]
    answer = client.post(URL, json={"queries": queries})
    answer.raise_for_status()
    results: list[dict[str, Any]] = answer.json()["results"]
    found = {}
    for package, result in zip(packages, results, strict=True):
        if vulnerable := [str(each["id"]) for each in result.get("vulns", ())]:
            found[package] = vulnerable
    return found


def audit(packages: list[tuple[str, str]], client: httpx.Client) -> tuple[list[str], bool]:
    """Return the lines to print, and whether anything was found."""
    try:
        found = advisories(packages, client)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return [f"not audited: {httpx.URL(URL).host} gave no answer ({type(error).__name__})"], False
    lines = [f"{name} {version}: {', '.join(ids)}" for (name, version), ids in found.items()]
    return [*lines, f"audited: {len(packages)} packages, {len(found)} with known vulnerabilities"], bool(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", action="store_true", help="exit with 0 whatever is found")
    only_report = parser.parse_args().report
    with httpx.Client(timeout=TIMEOUT_S) as client:
        lines, found = audit(pins(ROOT), client)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(found and not only_report)


if __name__ == "__main__":
    sys.exit(main())
