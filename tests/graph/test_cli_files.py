"""Files and stdin of `pushgen` as other programs write them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.graph.fake_service import FakeService
from tests.graph.test_cli import run, sent

ITEMS = [{"id": "a", "title": "First\u2028line \x85 \u2029"}, {"id": "b", "title": "Caf\u00e9"}]
BOM = b"\xef\xbb\xbf"


def lines(*items: dict[str, str]) -> bytes:
    return "\n".join(json.dumps(item, ensure_ascii=False) for item in items).encode()


MANY = {
    "lines": lines(*ITEMS),
    "a last newline": lines(*ITEMS) + b"\n",
    "blank lines": lines(*ITEMS).replace(b"\n", b"\n\n \n"),
    "Windows": lines(*ITEMS).replace(b"\n", b"\r\n") + b"\r\n",
    "a mark": BOM + lines(*ITEMS),
    "a list": json.dumps(ITEMS, indent=1).encode(),
    "a list with a mark": BOM + json.dumps(ITEMS, ensure_ascii=False).encode(),
    "an object": json.dumps({"requests": ITEMS}, indent=1).encode(),
}


@pytest.mark.parametrize("form", MANY)
@pytest.mark.parametrize("command", [["batch"], ["generate", "--concurrency", "1", "--jsonl"]], ids=lambda c: c[0])
def test_many_items_in_any_form(
    address: str, service: FakeService, tmp_path: Path, command: list[str], form: str
) -> None:
    (tmp_path / "items").write_bytes(MANY[form])
    done = run(*command, str(tmp_path / "items"), "--address", address)
    assert done.exit_code == 0, done.output
    requests = [r for _, request, _ in service.seen for r in getattr(request, "requests", (request,))]
    items = [r.item for r in requests if hasattr(r, "item")]
    assert [item.title for item in items] == [item["title"] for item in ITEMS]


@pytest.mark.parametrize(
    "data", [json.dumps(ITEMS[1], ensure_ascii=False).encode(), b'{\r\n"title": "Caf\xc3\xa9"}\r\n']
)
@pytest.mark.parametrize("mark", [b"", BOM])
def test_one_item_with_or_without_a_mark(
    address: str, service: FakeService, tmp_path: Path, data: bytes, mark: bytes
) -> None:
    (tmp_path / "item.json").write_bytes(mark + data)
    for source, stdin in ((str(tmp_path / "item.json"), b""), ("-", mark + data)):
        done = run("generate", source, "--address", address, stdin=stdin)
        assert done.exit_code == 0, done.output
        assert sent(service).item.title == "Caf\u00e9"


@pytest.mark.parametrize(
    ("command", "data", "words"),
    [
        ("generate", b"", "is empty"),
        ("generate", b" \n", "is empty"),
        ("batch", BOM, "is empty"),
        ("generate", "{}".encode("utf-16"), "is in UTF-16, not in UTF-8"),
        ("batch", '{"title": "x"}'.encode("utf-16-le"), "iconv -f UTF-16-LE -t UTF-8"),
        ("generate", b'{"title":\n "caf\xe9"}', "line 2, column 6 has the byte 0xe9"),
        ("generate", b'[{"title": "x"}]', "not a list; `pushgen batch FILE` and `pushgen generate --jsonl FILE`"),
        ("generate", b'{"title": "x"}\n{"title": "y"}', "not one a line; `pushgen batch FILE`"),
        ("generate", b'{"title": "x"', "is not JSON: "),
        ("generate", b'"x"', "must hold one object"),
        ("batch", b'{\n"title": x}', "is not JSON: Expecting value at line 2"),
        ("batch", b"[" * 100_000, "nested too deeply"),
        ("batch", b"9" * 5000, "must hold objects"),
        ("batch", b'{"requests": 3}', "must hold objects"),
        ("generate", b'{"images": [{"path": "a\\u0000b"}]}', "cannot read"),
        ("generate", b'{"images": [{"path": "."}]}', "Is a directory"),
    ],
)
def test_what_is_no_request_is_said_before_anything_is_sent(
    tmp_path: Path, command: str, data: bytes, words: str
) -> None:
    (tmp_path / "f").write_bytes(data)
    for source, stdin in ((str(tmp_path / "f"), b""), ("-", data)):
        done = run(command, source, "--address", "127.0.0.1:1", stdin=stdin)
        assert done.exit_code == 2, done.output
        assert words in " ".join(done.stderr.split())


@pytest.mark.parametrize("first", ['{"title": "truncat', "{bad", "null", "[]"])
@pytest.mark.parametrize("command", ["batch - --json", "generate --jsonl -"])
def test_a_bad_first_line_is_one_of_many(address: str, command: str, first: str) -> None:
    done = run(*command.split(), "--address", address, stdin=f'{first}\n{{"id": "b"}}')
    assert done.exit_code == 1, done.output
    errors = [answer["error"] for line in done.stdout.splitlines() if "error" in (answer := json.loads(line))]
    assert [error["detail"].partition(":")[0] for error in errors] == ["line 1"]


@pytest.mark.parametrize("command", [["generate"], ["batch"], ["generate", "--jsonl"]], ids=" ".join)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, command: list[str]) -> None:
    locked = tmp_path / "locked"
    locked.write_bytes(b"{}")
    locked.chmod(0)
    causes = {tmp_path / "none": "No such file", tmp_path: "Is a directory"}
    if os.geteuid() != 0:
        causes[locked] = "Permission denied"
    for path, words in causes.items():
        done = run(*command, str(path), "--address", "127.0.0.1:1")
        assert done.exit_code == 2, done.output
        assert "cannot read" in done.stderr
        assert words in " ".join(done.stderr.split())


BAD = {
    '{"item": {"titel": "b"}, "request_id": "r"}': ".item.titel: unknown field",
    '{"title": }': ": is not JSON",
    '{"title": "b"': ": is not JSON",
    "3": ": must be an object",
    "null": ": must be an object",
    '{"item": 3}': ".item: must be an object",
    '{"item": {"title": "b"}, "options": {"seed": -1}}': ".options.seed: must be at least 0",
    '{"title": 5}': ".item.title: must be text",
    '{"images": [{"path": "none.jpg"}]}': ": cannot read",
    '{"images": [{"data": "%%"}]}': ".item.images[0].data: is not base64",
    '{"tags": ["x", "\\ud83d"]}': ".item.tags[1]: must be valid Unicode",
    "[" * 100_000: "nested too deeply",
}


@pytest.mark.parametrize("line", BAD, ids=lambda line: line[:40])
@pytest.mark.parametrize("command", ["batch - --json", "generate --jsonl -"])
def test_a_bad_line_is_its_own_answer_and_the_others_are_answered(address: str, command: str, line: str) -> None:
    stdin = f'{{"id": "a"}}\n\n{line}\n{{"id": "c"}}'
    done = run(*command.split(), "--address", address, stdin=stdin)
    assert done.exit_code == 1, done.output
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    decisions = [answer.get("decision", answer) for answer in answers if "error" not in answer]
    assert sorted(decision["item_id"] for decision in decisions) == ["a", "c"]
    (error,) = (answer["error"] for answer in answers if "error" in answer)
    assert error["detail"].startswith("line 3")  # as an editor counts
    assert BAD[line] in error["detail"]


def test_a_bad_entry_of_a_list_is_shown_in_its_row(address: str) -> None:
    done = run("batch", "-", "--address", address, stdin='[{"id": "a"}, {"titel": "b"}, 3]')
    assert done.exit_code == 1
    assert "requests[1].item.titel: unknown field" in done.stdout
    assert "requests[2]: must be an object" in done.stdout


@pytest.mark.parametrize("command", ["batch -", "generate --jsonl -"])
def test_nothing_is_sent_when_every_line_is_bad(command: str) -> None:
    done = run(*command.split(), "--address", "127.0.0.1:1", stdin='{"title": 1}\n{"title": 2}')
    assert done.exit_code == 2, done.output


def test_a_word_that_is_not_unicode_is_refused(address: str) -> None:
    done = run("generate", "--title", "caf\udce9", "--address", address)
    assert done.exit_code == 2, done.output
    assert "item.title: must be valid Unicode" in done.stderr
