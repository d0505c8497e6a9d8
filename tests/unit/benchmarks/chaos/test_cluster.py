"""Serve's own words on the application, and when it is whole."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from benchmarks.chaos.cluster import View, family, title_of

NAMES = ("Captioner", "Ingress")


def details(
    *, status: str = "RUNNING", states: tuple[str, ...] = ("RUNNING", "RUNNING"), proxy: str = "HEALTHY"
) -> dict[str, Any]:
    """As `GET /api/serve/applications/` has them, with two replicas of two deployments."""
    deployments = {
        name: {
            "target_num_replicas": 2,
            "replicas": [{"pid": 10 * number + n, "state": state, "node_id": "head"} for n, state in enumerate(states)],
        }
        for number, name in enumerate(NAMES, start=1)
    }
    return {
        "applications": {"pushgen": {"status": status, "deployments": deployments}},
        "proxies": {"head": {"status": proxy}},
        "controller_info": {"node_id": "head", "node_ip": "127.0.0.1"},
    }


def view(**changes: Any) -> View:
    return View.of(details(**changes), "pushgen")


def test_it_is_whole_when_every_replica_runs_and_every_proxy_is_healthy() -> None:
    assert view().whole()
    assert [replica.pid for replica in view().running("Ingress")] == [20, 21]
    assert not view(states=("RUNNING", "STARTING")).whole()
    assert not view(states=("RUNNING",)).whole()
    assert not view(states=("RUNNING", "RUNNING", "STOPPING")).whole()
    assert not view(proxy="UNHEALTHY").whole()
    assert not view(status="DEPLOYING").whole()


def test_a_replica_that_has_no_process_yet_is_seen() -> None:
    seen = details()
    seen["applications"]["pushgen"]["deployments"]["Ingress"]["replicas"].append({"state": "STARTING"})
    starting = View.of(seen, "pushgen")
    assert len(starting.replicas) == 5
    assert starting.pids == {10, 11, 20, 21}
    assert starting.pids_on("head".__ne__) == set()
    assert not starting.whole()


def test_it_is_not_whole_while_serve_still_counts_what_was_lost() -> None:
    assert not view().whole(frozenset([21]))
    assert view().whole(frozenset([99]))


def test_a_family_is_a_process_and_what_it_started() -> None:
    nap = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", nap], stdin=subprocess.PIPE) as process:
        while len(family([process.pid])) < 2:
            assert process.poll() is None
        names = [title_of(member) for member in family([process.pid, os.getpid()])]
        assert sum("input()" in name for name in names) >= 1
        process.kill()
    assert family([process.pid]) == []
