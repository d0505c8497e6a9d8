"""An application under test as Serve sees it, and its processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
import psutil

from serve_app.demo.local import LocalServe
from serve_app.demo.serve_log import dashboard

_ASK_S: Final = 5.0
_RUNNING: Final = "RUNNING"
# The titles that Ray gives to processes of Serve.
CONTROLLER: Final = "ray::ServeController"
PROXY: Final = "ray::ProxyActor"


@dataclass(frozen=True)
class Replica:
    """One replica. pid, node: None while it waits for its process: Serve's answer then leaves them out."""

    deployment: str
    pid: int | None
    state: str
    node: str | None


@dataclass(frozen=True)
class View:
    """The cluster at one moment.

    status: of the application, which is not RUNNING while a change is deployed. targets: by deployment, how many
    replicas it is to have.
    """

    status: str
    replicas: tuple[Replica, ...]
    targets: Mapping[str, int]
    proxies: Mapping[str, str]
    head: str
    head_ip: str

    @classmethod
    def of(cls, details: Mapping[str, Any], application: str) -> View:
        """From Serve's REST API; raises KeyError while the application is not known."""
        ours = details["applications"][application]
        deployments = ours["deployments"]
        return cls(
            status=ours["status"],
            replicas=tuple(
                Replica(name, replica.get("pid"), replica["state"], replica.get("node_id"))
                for name, deployment in deployments.items()
                for replica in deployment["replicas"]
            ),
            targets={name: deployment["target_num_replicas"] for name, deployment in deployments.items()},
            proxies={node: proxy["status"] for node, proxy in details["proxies"].items()},
            head=details["controller_info"]["node_id"],
            head_ip=details["controller_info"]["node_ip"],
        )

    @property
    def pids(self) -> frozenset[int]:
        """Of all replicas that have a process."""
        return frozenset(replica.pid for replica in self.replicas if replica.pid is not None)

    def pids_on(self, chosen: Callable[[str], bool]) -> frozenset[int]:
        """The same, on the nodes that are chosen."""
        return frozenset(r.pid for r in self.replicas if r.pid is not None and r.node is not None and chosen(r.node))

    def running(self, deployment: str) -> list[Replica]:
        return [r for r in self.replicas if r.deployment == deployment and r.state == _RUNNING]

    def whole(self, lost: frozenset[int] = frozenset()) -> bool:
        """Every deployment has its replicas, all of them run, none is among the lost, and every proxy is healthy."""
        return (
            self.status == _RUNNING
            and bool(self.targets)
            and all(len(self.running(name)) == target for name, target in self.targets.items())
            and len(self.replicas) == sum(self.targets.values())
            and not any(replica.pid in lost for replica in self.replicas)
            and bool(self.proxies)
            and all(status == "HEALTHY" for status in self.proxies.values())
        )


def look(served: LocalServe) -> View | None:
    """The application now; None while Serve does not answer, as without its controller. Blocks."""
    address = dashboard(served.log.read_text(encoding="utf-8", errors="replace"))
    if address is None:
        return None
    try:
        answer = httpx.get(f"http://{address}/api/serve/applications/", timeout=_ASK_S, trust_env=False)
        return View.of(answer.json(), served.application)
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def titled(served: LocalServe, title: str) -> list[psutil.Process]:
    """The processes of the run with this title of Ray's."""
    return [process for process in served.processes() if title in title_of(process)]


def title_of(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def family(pids: Iterable[int]) -> list[psutil.Process]:
    """Those processes and all that descend from them."""
    found: dict[int, psutil.Process] = {}
    for pid in pids:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            found |= {p.pid: p for p in (process, *process.children(recursive=True))}
    return list(found.values())
