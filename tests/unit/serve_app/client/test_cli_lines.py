"""Bulk calls: what is read of a feed, and answers as they finish."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployments.errors import Overloaded, StageFailed
from deployments.types import Decision, Item
from serve_app.client import cli_lines
from serve_app.client.cli_lines import decisions, read
from serve_app.contract.messages import GenerateNotificationRequest
from tests.graph.fake_service import DECISION


def feed(tmp_path: Path, *lines: dict[str, Any]) -> str:
    path = tmp_path / "feed.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return str(path)


def contents(source: str, defaults: dict[str, Any], report: Callable[[set[str]], None]) -> list[Any]:
    return [entry.content for entry in read(source, defaults, report)]


def unused(ignored: set[str]) -> None:
    raise AssertionError(ignored)


def test_a_line_overrides_the_defaults(tmp_path: Path) -> None:
    source = feed(tmp_path, {"id": "a"}, {"item": {"id": "b"}, "options": {"seed": 3}})
    defaults = {"options": {"seed": 1, "margin": 0.1}}
    first, second = contents(source, defaults, unused)
    assert first == {"item": {"id": "a"}, "options": {"seed": 1, "margin": 0.1}}
    assert second == {"item": {"id": "b"}, "options": {"seed": 3, "margin": 0.1}}
    assert defaults == {"options": {"seed": 1, "margin": 0.1}}


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ({"alt_text": "A cup"}, "A cup"),
        ({"alt_text": "A cup", "caption": "mine"}, "mine"),
        ({"alt_text": "A cup", "images": [{"data": "AA=="}]}, None),
        ({"alt_text": ""}, None),
    ],
)
def test_the_words_for_an_absent_picture_are_its_caption(tmp_path: Path, line: dict[str, Any], caption: str) -> None:
    (request,) = contents(feed(tmp_path, {"id": "a"} | line), {}, unused)
    assert request["item"].get("caption") == caption
    assert "alt_text" not in request["item"]


def test_keys_that_an_item_does_not_have_are_reported_once_and_left_out(tmp_path: Path) -> None:
    reports: list[set[str]] = []
    source = feed(tmp_path, {"id": "a", "domain": "x", "rank": 1}, {"id": "b", "domain": "y"})
    assert [r["item"] for r in contents(source, {}, reports.append)] == [{"id": "a"}, {"id": "b"}]
    assert reports == [{"domain", "rank"}]


def test_a_whole_request_is_not_trimmed(tmp_path: Path) -> None:
    """Its mistakes are the contract's to name."""
    (wrong,) = contents(feed(tmp_path, {"item": {"titel": "x"}, "request_id": "r"}), {}, unused)
    assert [violation.field for violation in wrong.violations] == ["requests[0].item.titel"]


class Client:
    """Answers by the item's id; counts the calls that run at once."""

    def __init__(self, answer: Callable[[str], Any]) -> None:
        self.answer = answer
        self.lock = threading.Lock()
        self.running = self.most = self.calls = 0

    def generate(self, request: GenerateNotificationRequest) -> Decision:
        with self.lock:
            self.calls += 1
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            answer = self.answer(request.item.id)
            if isinstance(answer, Exception):
                raise answer
            return DECISION.model_copy(update={"item_id": request.item.id})
        finally:
            with self.lock:
                self.running -= 1


def requests(count: int) -> list[GenerateNotificationRequest]:
    return [GenerateNotificationRequest(item=Item(id=str(n), title="t")) for n in range(count)]


def asked(client: Client, count: int, concurrency: int = 2) -> dict[int, Any]:
    return dict(decisions(client, requests(count), concurrency))  # type: ignore[arg-type]


def test_every_request_is_answered_once_under_its_index_and_few_run_at_once() -> None:
    client = Client(lambda _: None)
    answers = asked(client, 20, 3)
    assert {index: answer.item_id for index, answer in answers.items()} == {n: str(n) for n in range(20)}
    assert client.calls == 20
    assert client.most <= 3


def test_an_answer_leaves_before_a_slow_one() -> None:
    go = threading.Event()
    client = Client(lambda item: go.wait(10) and None if item == "0" else None)
    stream = decisions(client, requests(3), 2)  # type: ignore[arg-type]
    assert [next(stream)[0] for _ in range(2)] == [1, 2]
    go.set()
    assert [index for index, _ in stream] == [0]


def test_a_failure_is_the_answer_of_its_request_and_a_bug_is_not() -> None:
    answers = asked(Client(lambda item: StageFailed("x") if item == "1" else None), 3)
    assert isinstance(answers[1], StageFailed)
    assert {type(answers[n]) for n in (0, 2)} == {Decision}
    with pytest.raises(ZeroDivisionError):
        asked(Client(lambda item: ZeroDivisionError()), 3)


def test_no_requests_ask_nothing() -> None:
    assert asked(Client(lambda _: None), 0) == {}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []

    class Stopped(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            made.append(timeout or 0.0)
            return False

    # Futures wait on events of their own, made where `threading` is theirs.
    monkeypatch.setattr(cli_lines, "threading", SimpleNamespace(Event=Stopped))
    return made


def test_a_busy_service_is_asked_again_later_and_later(pauses: list[float]) -> None:
    answers = iter([Overloaded("full", 2.0)] * 3 + [None])
    assert type(asked(Client(lambda _: next(answers)), 1)[0]) is Decision
    assert len(pauses) == 3
    for attempt, pause in enumerate(pauses, start=1):
        assert 2.0 * attempt <= pause <= 3.0 * attempt


def test_a_service_that_stays_busy_is_the_answer_in_the_end(pauses: list[float]) -> None:
    client = Client(lambda _: Overloaded("full", 1.0))
    assert isinstance(asked(client, 1)[0], Overloaded)
    assert (client.calls, len(pauses)) == (8, 7)
