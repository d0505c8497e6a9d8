"""The stages of a test in each placement: behind a handle that pickles as Serve's do, or as the ingress has them."""

from __future__ import annotations

import inspect
import pickle
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

from ray.exceptions import RayTaskError

from deployments.errors import PushGenError
from deployments.fakes import FakeCaptionerSettings, FakeGeneratorSettings, FakeRewardSettings, FakeRouterSettings
from serve_app.cluster.placed import PlacedStages
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.pipeline import Stages
from serve_app.stages import STAGES
from tests.unit.deployments.replicas import unhosted

_SETTINGS: dict[str, Any] = {
    "captioner": FakeCaptionerSettings(),
    "router": FakeRouterSettings(),
    "generator": FakeGeneratorSettings(),
    "reward": FakeRewardSettings(),
}


def copied(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


class Handle:
    """A handle of one replica. `messages` counts what goes to it, and the messages of its streams."""

    def __init__(self, replica: Any) -> None:
        self._replica = replica
        self.messages: Counter[str] = Counter()

    def options(self, **_options: Any) -> Handle:
        return self

    def __getattr__(self, verb: str) -> Any:
        return _Verb(self, getattr(self._replica, verb), verb)


class _Verb:
    def __init__(self, handle: Handle, method: Any, name: str) -> None:
        self._handle, self._method, self._name = handle, method, name

    def remote(self, *arguments: Any) -> Any:
        self._handle.messages[self._name] += 1
        answer = self._method(*copied(arguments))
        return _Stream(self._handle, answer) if inspect.isasyncgen(answer) else _answer(answer)


async def _answer(answer: Awaitable[Any]) -> Any:
    try:
        return copied(await answer)
    except Exception as error:  # noqa: BLE001 - raised again, as a handle has it
        raise _as_serve_has_it(error) from None


def _as_serve_has_it(error: Exception) -> Exception:
    return copied(error) if isinstance(error, PushGenError) else RayTaskError("a method", "its traceback", error)


class _Stream:
    def __init__(self, handle: Handle, source: AsyncGenerator[Any, None]) -> None:
        self._handle, self._source = handle, source

    def __aiter__(self) -> _Stream:
        return self

    async def __anext__(self) -> Any:
        try:
            message = copied(await anext(self._source))
        except StopAsyncIteration:
            raise
        except Exception as error:  # noqa: BLE001 - raised again, as a handle has it
            raise _as_serve_has_it(error) from None
        self._handle.messages["streamed"] += 1
        return message

    def cancel(self) -> None:
        """The test's stages end with their consumer."""


def placed(stages: Stages, placement: str) -> PlacedStages:
    """The stages, each in the replica of its deployment."""
    replicas = {row.key: unhosted(row.load())(_SETTINGS[row.key]) for row in STAGES}
    for key, replica in replicas.items():
        replica.stage = getattr(stages, key)
    if placement == "inline":
        return PlacedStages.of({}, replicas, NoMetrics(), lambda _: False)
    handles: dict[str, Any] = {key: Handle(replica) for key, replica in replicas.items()}
    return PlacedStages.of(handles, {}, NoMetrics(), lambda _: False)
