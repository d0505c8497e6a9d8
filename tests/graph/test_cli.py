"""`pushgen` as it is typed: requests from flags, files and stdin; tables, JSON and exit codes out."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    StageFailed,
    StageUnavailable,
    Violation,
)
from deployments.types import Priority
from serve_app.client.cli import app
from serve_app.demo.local import free_port
from tests.graph.fake_service import FakeService


def run(*typed: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, list(typed), input=stdin, env={"COLUMNS": "160", "NO_COLOR": "1"})


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "cup.jpg"
    path.write_bytes(b"\xff\xd8 jpeg")
    return path


def sent(service: FakeService) -> Any:
    return service.seen[-1][1]


def test_every_flag_reaches_the_request(address: str, service: FakeService, image: Path) -> None:
    done = run(
        "generate", "--address", address, "--id", "i1", "--title", "T", "--description", "D", "--image", str(image),
        "--image", str(image), "--frame", f"{image}@250", "--frame", str(image), "--tag", "a", "--tag", "b",
        "--metadata", "k=v=w", "--locale", "de-AT", "--creator", "C", "--caption", "cap",
        "--incumbent", "old|words|more", "--template", "{title}", "--recent", "last|week",
        "--category", "HOW_TO", "--bar", "QUESTION", "--max-categories", "3", "--candidates", "2", "--profile", "ios",
        "--temperature", "0.5", "--seed", "7", "--margin", "0.25", "--strict", "--budget-ms", "900", "--backfill",
        "--adapter", "brand-a", "--request-id", "mine",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    request = sent(service)
    item, options = request.item, request.options
    assert (item.id, item.title, item.description, item.tags) == ("i1", "T", "D", ("a", "b"))
    assert [i.data for i in item.images] == [image.read_bytes()] * 2
    assert [f.offset_ms for f in item.frames] == [250, 1000]
    assert (item.metadata, item.locale, item.creator, item.caption) == ({"k": "v=w"}, "de-AT", "C", "cap")
    assert [(i.title, i.body, i.kind.name) for i in request.incumbents] == [
        ("old", "words|more", "HUMAN"),
        ("{title}", "", "TEMPLATE"),
    ]
    assert [(c.title, c.body) for c in request.recent_copies] == [("last", "week")]
    assert (options.categories_wanted, options.categories_barred) == (("HOW_TO",), ("QUESTION",))
    assert (options.max_categories, options.candidates_per_category, options.length_profile) == (3, 2, "ios")
    assert (options.temperature, options.seed, options.margin) == (0.5, 7, 0.25)
    assert options.adapter == "brand-a"
    assert (options.allow_degradation, options.time_budget_ms, options.priority) == (False, 900, Priority.BACKFILL)
    assert request.request_id == "mine"


def test_what_was_not_typed_stays_unset(address: str, service: FakeService) -> None:
    assert run("generate", "--address", address, "--title", "T").exit_code == 0
    assert sent(service).options.model_dump(exclude_defaults=True) == {}
    assert sent(service).item.model_dump(exclude_defaults=True) == {"title": "T"}


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("stdin", [False, True])
def test_json_from_a_file_or_stdin_with_flags_on_top(
    address: str, service: FakeService, tmp_path: Path, image: Path, bare: bool, stdin: bool
) -> None:
    path = str(image) if stdin else image.name  # relative to the JSON file
    item = {"id": "f", "title": "from file", "tags": ["x"], "images": [{"path": path, "alt_text": "a cup"}]}
    text = json.dumps(item if bare else {"item": item, "options": {"seed": 1, "margin": 0.4}})
    (tmp_path / "request.json").write_text(text)
    source = "-" if stdin else str(tmp_path / "request.json")
    done = run("generate", source, "--address", address, "--title", "typed", "--tag", "y", "--seed", "2", stdin=text)
    assert done.exit_code == 0, done.output
    request = sent(service)
    assert (request.item.id, request.item.title, request.item.tags) == ("f", "typed", ("x", "y"))
    assert (request.item.images[0].data, request.item.images[0].alt_text) == (image.read_bytes(), "a cup")
    assert (request.options.seed, request.options.margin) == (2, None if bare else 0.4)


def test_the_table_says_what_was_chosen_and_why(address: str) -> None:
    done = run("generate", "--address", address, "--title", "T")
    for words in (
        "Better espresso, three habits", "BENEFIT_HOWTO", "GENERATED", "BEST_CANDIDATE", "+0.420 \u00b1 0.080",
        "+0.340", "grounding.number", "no vision-language model", "BENEFIT_HOWTO 61%", "generate", "2310.0", "288",
        "a-small-model",
    ):  # fmt: skip
        assert words in done.stdout, words


def test_json_out_is_the_decision(address: str) -> None:
    done = run("generate", "--address", address, "--title", "T", "--json")
    assert json.loads(done.stdout)["source"] == "SOURCE_GENERATED"


def test_a_stream_shows_events_as_they_come(address: str) -> None:
    done = run("stream", "--address", address, "--title", "T")
    assert done.exit_code == 0
    order = [done.stdout.index(word) for word in ("caption ", "routed ", "c1 ", "scored ", "why ")]
    assert order == sorted(order)
    lines = run("stream", "--address", address, "--title", "T", "--json").stdout.splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("form", ["lines", "list", "object"])
def test_a_batch_from_any_form(address: str, service: FakeService, tmp_path: Path, form: str) -> None:
    items = [{"id": "a", "title": "A"}, {"item": {"id": "b", "title": "B"}}]
    texts = {
        "lines": "\n".join(map(json.dumps, items)) + "\n\n",
        "list": json.dumps(items, indent=1),
        "object": json.dumps({"requests": items}),
    }
    (tmp_path / "items").write_text(texts[form])
    done = run("batch", str(tmp_path / "items"), "--address", address, "--json")
    assert done.exit_code == 0, done.output
    answers = {a["index"]: a["decision"]["item_id"] for a in map(json.loads, done.stdout.splitlines())}
    assert answers == {0: "a", 1: "b"}


def test_a_batch_larger_than_the_services_limit_is_asked_in_parts(address: str, service: FakeService) -> None:
    stdin = "\n".join(json.dumps({"title": str(i)}) for i in range(300))
    done = run("batch", "-", "--address", address, "--json", stdin=stdin)
    assert sorted(json.loads(line)["index"] for line in done.stdout.splitlines()) == list(range(300))
    assert [len(r.requests) for verb, r, _ in service.seen if verb == "batch"] == [256, 44]


def test_a_failed_item_of_a_batch_is_shown_and_counts(address: str, service: FakeService) -> None:
    service.fails["b"] = InvalidInput([Violation("item.locale", "is not a language")])
    stdin = json.dumps([{"id": "a", "title": "A"}, {"id": "b", "title": "B"}])
    done = run("batch", "-", "--address", address, stdin=stdin)
    assert done.exit_code == 1
    assert "Better espresso" in done.stdout
    assert "is not a language" in done.stdout
    lines = run("batch", "-", "--address", address, "--json", stdin=stdin).stdout.splitlines()
    failed = next(a for a in map(json.loads, lines) if a["index"] == 1)
    assert failed["error"]["violations"] == [{"field": "item.locale", "description": "is not a language"}]


def test_the_other_verbs(address: str, service: FakeService) -> None:
    assert "An espresso cup" in run("caption", "--address", address, "--title", "T").stdout
    routed = run("route", "--address", address, "--title", "T", "--bar", "QUOTE", "--max-categories", "2")
    assert "BENEFIT_HOWTO 61%" in routed.stdout
    assert (sent(service).categories_barred, sent(service).max_categories) == (("QUOTE",), 2)
    scored = run("score", "--address", address, "--title", "T", "--copy", "a|b", "--copy", "c", "--profile", "ios")
    assert "Asleep to Rome" in scored.stdout
    assert [(c.title, c.body) for c in sent(service).copies] == [("a", "b"), ("c", "")]
    info = run("info", "--address", address).stdout
    assert "android" in info
    assert "max_image_bytes" in info
    assert json.loads(run("info", "--address", address, "--json").stdout)["version"] == "0.1.0"


def test_health_is_an_exit_code_too(address: str, service: FakeService) -> None:
    done = run("health", "--address", address)
    assert (done.exit_code, done.stdout) == (0, "SERVING\n")
    service.stages = lambda: {"generator": False}
    done = run("health", "--address", address, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (3, {"status": "NOT_SERVING"})


AWAY = StageUnavailable("away")
AWAY.retry_after_s = 0.01


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InvalidInput([Violation("item.locale", "no"), Violation("options.seed", "low")]), 2, "options.seed: low"),
        (AWAY, 3, "away"),
        (Overloaded("full", 4), 3, "Try again in 4 s"),
        (DeadlineExceeded("spent"), 4, "spent"),
        (StageFailed("/srv/secret"), 1, "the service failed"),
    ],
)
@pytest.mark.parametrize("verb", ["generate", "stream"])
def test_errors_are_words_and_exit_codes(
    address: str, service: FakeService, verb: str, error: Exception, code: int, words: str
) -> None:
    service.fails = {verb: error}
    done = run(verb, "--address", address, "--title", "T", "--request-id", "r4")
    assert done.exit_code == code, done.output
    assert words in done.stderr
    assert "r4" in done.stderr
    assert done.stdout == ""
    problem = json.loads(run(verb, "--address", address, "--title", "T", "--json").stderr)
    assert problem["reason"] == error.reason  # type: ignore[attr-defined]


def test_nobody_there_says_what_to_do() -> None:
    address = f"127.0.0.1:{free_port()}"
    done = run("generate", "--address", address, "--title", "T")
    assert done.exit_code == 3
    assert f"no PushGen service answers at {address}" in done.stderr
    assert "make serve" in done.stderr


@pytest.mark.parametrize(
    ("typed", "stdin", "words"),
    [
        (["generate", "nowhere.json"], "", "cannot read nowhere.json"),
        (["generate", "-"], "{", "stdin is not JSON"),
        (["generate", "-"], "[]", "must hold one object"),
        (["generate", "--image", "nowhere.jpg"], "", "cannot read nowhere.jpg"),
        (["generate", "--metadata", "k"], "", "must be KEY=VALUE"),
        (["generate", "-"], '{"images": [{"path": "nowhere.jpg"}]}', "cannot read nowhere.jpg"),
        (["generate", "-"], '{"titel": "x"}', "item.titel: unknown field; did you mean 'title'?"),
        (["generate", "--candidates", "0"], "", "options.candidates_per_category: must be at least 1"),
        (["batch", "-"], '[\n{"title": "a"},\n{"title"\n]', "stdin is not JSON"),
        (["batch", "-"], "", "stdin is empty"),
        (["batch", "-"], "[]", "has no requests"),
        (["batch", "-"], "3", "must hold objects"),
        (["generate", "-"], '{"title": "a", "title": "b"}', "item.title: is given more than once"),
        (["generate", "-"], '{"title": NaN}', "item.title: must be text"),
        (["score", "--title", "T"], "", "copies: a value is required"),
        (["generate", "--seed", "x"], "", "--seed"),
    ],
)
def test_bad_input_is_named_before_anything_is_sent(typed: list[str], stdin: str, words: str) -> None:
    done = run(*typed, "--address", "127.0.0.1:1", stdin=stdin)
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.stderr.split())


def test_bytes_in_json_are_base64(address: str, service: FakeService) -> None:
    data = base64.b64encode(b"\x00\xff").decode()
    assert run("caption", "-", "--address", address, stdin=json.dumps({"images": [{"data": data}]})).exit_code == 0
    assert sent(service).item.images[0].data == b"\x00\xff"
