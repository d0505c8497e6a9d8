"""The faults: a row each, in the order in which they strike."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

import psutil

from benchmarks.chaos import disk
from benchmarks.chaos.cluster import CONTROLLER, PROXY, View, family, title_of, titled
from benchmarks.chaos.node import WorkerNode
from benchmarks.chaos.stand import REPLICAS, Stand

_ENGINE: Final = "EngineCore"


class NotRun(Exception):
    """The fault cannot strike here; the message says why."""


@dataclass(frozen=True)
class Struck:
    """The effect of a fault. lost: processes that Serve must replace. gone: those that must have ended by then.

    undo: what to do once it is over, whether or not the application came back.
    """

    lost: frozenset[int] = frozenset()
    gone: list[psutil.Process] = field(default_factory=list)
    undo: Callable[[], None] = lambda: None


class Fault(NamedTuple):
    """strike and prepare block, and raise NotRun. longest_s: the application is watched so long at most."""

    name: str
    strike: Callable[[Stand], Struck]
    longest_s: float = 45.0
    prepare: Callable[[Stand], None] = lambda _: None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.Error):
        process.send_signal(number)


def _kill(process: psutil.Process) -> Struck:
    struck = Struck(frozenset([process.pid]), family([process.pid]))
    _signal(process, signal.SIGKILL)
    return struck


def _replica(deployment: str, stand: Stand) -> psutil.Process:
    return psutil.Process(stand.view().running(deployment)[0].pid)


def kill_replica(deployment: str, stand: Stand) -> Struck:
    return _kill(_replica(deployment, stand))


def kill_titled(title: str, stand: Stand) -> Struck:
    return _kill(titled(stand.served, title)[0])


def kill_engine(stand: Stand) -> Struck:
    """Kill a process of the engine alone: its replica lives, and has to find out."""
    replica = _replica("Generator", stand)
    below = family([replica.pid])
    engine = next((process for process in below if _ENGINE in title_of(process)), None)
    if engine is None:
        raise NotRun("the generator has no engine process")
    _signal(engine, signal.SIGKILL)
    return Struck(frozenset([replica.pid]), below)


def hang(deployment: str, stand: Stand) -> Struck:
    """Stop a replica without ending it: it holds its calls and its connections."""
    replica = _replica(deployment, stand)
    below = family([replica.pid])
    _signal(replica, signal.SIGSTOP)
    return Struck(frozenset([replica.pid]), below, undo=partial(_signal, replica, signal.SIGKILL))


def fill_disk(stand: Stand) -> Struck:
    if stand.stages["captioner"]["kind"] == "fake":
        raise NotRun("the fake captioner keeps no captions")
    if stand.store is None:
        raise NotRun("no disk can be mounted here; it takes root")
    disk.fill(stand.store)
    return Struck(undo=partial(disk.free, stand.store))


def redeploy(stand: Stand) -> Struck:
    """Deploy a change for which every replica is replaced."""
    before = stand.view().pids
    processes = family(before)
    stand.deploy(env_vars={"PUSHGEN_DEPLOYED": "again"})
    return Struck(before, processes)


def join_node(stand: Stand) -> None:
    """Start a worker node, and more replicas, some of which go there."""

    def used(seen: View) -> bool:
        return any(replica.node != seen.head for replica in seen.replicas) and len(seen.proxies) > 1

    stand.node = WorkerNode(stand.served, stand.view().head_ip)
    stand.node.wait_joined()
    stand.deploy(min_replicas=REPLICAS + 1, max_replicas=REPLICAS + 1)
    stand.wait_whole(used)


def lose_node(stand: Stand) -> Struck:
    seen = stand.view()
    lost = seen.pids_on(seen.head.__ne__)
    if stand.node is None or not lost:
        raise NotRun("the worker node has no replica")
    processes = list(stand.node.processes())
    stand.node.end()
    return Struck(lost, processes)


FAULTS: Final = (
    Fault("captioner", partial(kill_replica, "Captioner")),
    Fault("router", partial(kill_replica, "CategoryRouter")),
    Fault("generator", partial(kill_replica, "Generator")),
    Fault("reward", partial(kill_replica, "RewardScorer")),
    Fault("ingress", partial(kill_replica, "Ingress")),
    Fault("engine", kill_engine, 90.0),
    Fault("proxy", partial(kill_titled, PROXY)),
    Fault("controller", partial(kill_titled, CONTROLLER)),
    Fault("disk", fill_disk, 20.0),
    Fault("hang", partial(hang, "Generator"), 120.0),
    Fault("redeploy", redeploy, 90.0),
    Fault("node", lose_node, 90.0, join_node),
)
BY_NAME: Final = {fault.name: fault for fault in FAULTS}
