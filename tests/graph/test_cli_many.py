"""`pushgen` over many items, one of them wrong, and files of ProtoJSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployments.errors import StageFailed
from deployments.types import Priority
from tests.graph.fake_service import FakeService
from tests.graph.test_cli import run, sent


@pytest.mark.parametrize("as_list", [False, True])
def test_a_bad_line_of_a_batch_is_refused_alone(address: str, service: FakeService, as_list: bool) -> None:
    good, deep = '{"id": "it", "title": "t"}', '{"title": ' + "[" * 5000 + "]" * 5000 + "}"
    bad = [
        '{"title": "t", "tags": ["%s"]}' % ("t" * 65), '{"titel": "t"}', '{"title": "\\ud83c"}', "3", "null", "[]",
        '{"item": {"title": "t"}, "options": {"seed": "x"}}', '{"images": [{"path": "nowhere.jpg"}]}', "{}",
        '{"item": null}', '{"title": "a", "title": "b"}',
    ]  # fmt: skip
    bad += [] if as_list else ['{"title"', "not JSON", deep]
    lines = [line for one in bad for line in (one, good)]
    text = f"[{','.join(lines)}]" if as_list else "\n".join(lines)
    done = run("batch", "-", "--address", address, "--json", stdin=text)
    assert done.exit_code == 1, done.output
    answers = {a["index"]: a for a in map(json.loads, done.stdout.splitlines())}
    assert sorted(answers) == list(range(len(lines)))
    # The item that is an object without content is for the service to refuse.
    refused = {i for i, answer in answers.items() if "error" in answer}
    assert refused == {i for i in range(0, len(lines), 2) if lines[i] != "{}"}
    assert run("batch", "-", "--address", address, stdin=text).exit_code == 1
    jsonl = run("generate", "--jsonl", "-", "--address", address, stdin=text)
    assert jsonl.exit_code == 1
    # A feed's own keys are left out there, and "item": null takes the item of the flags.
    assert sum("error" in json.loads(line) for line in jsonl.stdout.splitlines()) == len(refused) - 2


def test_protojson_of_a_file_and_flags_on_top(address: str, service: FakeService) -> None:
    request = {
        "item": {"title": "t", "images": [{"data": "AA", "altText": "a"}], "frames": None},
        "recentCopies": [{"title": "old"}], "requestId": "mine",
        "options": {"maxCategories": "2", "priority": 2, "lengthProfile": "ios", "categoriesBarred": ["QUOTE"]},
    }  # fmt: skip
    flags = ["--max-categories", "3", "--recent", "older", "--bar", "QUESTION"]
    done = run("generate", "-", "--address", address, *flags, stdin=json.dumps(request))
    assert done.exit_code == 0, done.output
    read = sent(service)
    assert (read.request_id, read.options.max_categories, read.options.priority) == ("mine", 3, Priority.BACKFILL)
    assert read.options.categories_barred == ("QUOTE", "QUESTION")
    assert [c.title for c in read.recent_copies] == ["old", "older"]
    assert (read.item.images[0].data, read.item.images[0].alt_text) == (b"\x00", "a")


def test_jsonl_gives_a_decision_a_line_and_says_what_an_item_does_not_have(
    address: str, service: FakeService, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.jsonl"
    rows = [
        {"id": "a", "title": "A cup", "domain": "cafe", "alt_text": "A white cup"},
        {"item": {"id": "b", "title": "B"}, "options": {"seed": 3}},
    ]
    feed.write_text("\n".join(map(json.dumps, rows)))
    done = run("generate", "--address", address, "--jsonl", str(feed), "--candidates", "1", "--concurrency", "1")
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [line["source"] for line in lines] == ["SOURCE_GENERATED"] * 2
    assert "domain" in done.stderr
    first, second = (request for verb, request, _ in service.seen if verb == "generate")
    assert (first.item.id, first.item.caption) == ("a", "A white cup")
    assert (second.options.seed, second.options.candidates_per_category) == (3, 1)


def test_jsonl_answers_for_the_line_that_is_wrong_and_says_what_failed(
    address: str, service: FakeService, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"id": "a", "title": "A"}\n{"item": {"id": "b", "titel": "B"}, "request_id": "r"}\n{"id"')
    done = run("generate", "--address", address, "--jsonl", str(feed))
    assert done.exit_code == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum("error" in line for line in lines) == 2
    fields = {line["error"]["violations"][0]["field"] for line in lines if "error" in line}
    assert fields == {"line 2.item.titel", "line 3"}
    service.fails["generate"] = StageFailed("no")
    feed.write_text('{"id": "a", "title": "A"}')
    done = run("generate", "--address", address, "--jsonl", str(feed))
    assert done.exit_code == 1
    (line,) = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert (line["item_id"], line["error"]["status"]) == ("a", 500)
