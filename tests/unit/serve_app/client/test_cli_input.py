"""JSON, files and flags become one request; what cannot become one is named."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from deployments.errors import InvalidInput
from serve_app.client import cli_input
from serve_app.client.cli_input import (
    BadArgument,
    as_request,
    build,
    copies,
    image,
    load,
    load_many,
    merge,
    offsets,
    pairs,
    request_of,
)
from serve_app.contract.messages import GenerateNotificationRequest


def file(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "in.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


# --- reading ----------------------------------------------------------------------------------------------------------


def read(source: str) -> list[Any]:
    """Of each entry its request, or what is wrong with it."""
    entries = [entry.content for entry in load_many(source, GenerateNotificationRequest)]
    return [list(each.violations) if isinstance(each, InvalidInput) else each for each in entries]


def test_no_source_is_an_empty_request() -> None:
    assert load(None, GenerateNotificationRequest) == {}


def test_an_item_is_wrapped_and_a_request_is_not(tmp_path: Path) -> None:
    wrapped, whole = '{"title": "t"}', '{"item": {"title": "t"}, "options": {}}'
    assert load(file(tmp_path, wrapped), GenerateNotificationRequest) == {"item": {"title": "t"}}
    assert load(file(tmp_path, whole), GenerateNotificationRequest) == {"item": {"title": "t"}, "options": {}}


def test_keys_are_as_in_the_proto_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    source = file(tmp_path, '{"item": {}, "recentCopies": [{"title": "old"}]}')
    assert load(source, GenerateNotificationRequest) == {"item": {}, "recent_copies": [{"title": "old"}]}
    with pytest.raises(InvalidInput, match=r"item\.titel: unknown field"):
        load(file(tmp_path, '{"titel": "t"}'), GenerateNotificationRequest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{half", "is not JSON"),
        ("", "is empty"),
        ("[]", "must hold one object"),
        ('"text"', "must hold one object"),
        ("3", "must hold one object"),
        ("null", "must hold one object"),
        (b"\xff\xfe", "UTF-16"),
    ],
)
def test_what_is_no_request_is_refused_with_the_name_of_the_file(tmp_path: Path, text: str | bytes, words: str) -> None:
    source = file(tmp_path, text)
    with pytest.raises(BadArgument, match=words) as caught:
        load(source, GenerateNotificationRequest)
    assert source in str(caught.value)


def test_a_file_that_is_not_there_and_stdin_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadArgument, match="cannot read nowhere: No such file"):
        load("nowhere", GenerateNotificationRequest)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{half")))
    with pytest.raises(BadArgument, match="stdin is not JSON"):
        load("-", GenerateNotificationRequest)


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "a"}\n\n{"item": {"id": "b"}}\n',
        '[{"id": "a"}, {"item": {"id": "b"}}]',
        '{"requests": [{"id": "a"}, {"item": {"id": "b"}}]}',
        '\n  {"id": "a"}\r\n{"id": "b"}',
    ],
)
def test_many_come_as_lines_a_list_or_a_batch(tmp_path: Path, text: str) -> None:
    assert read(file(tmp_path, text)) == [{"item": {"id": "a"}}, {"item": {"id": "b"}}]


def test_one_object_is_a_batch_of_one(tmp_path: Path) -> None:
    assert read(file(tmp_path, '{"id": "a"}')) == [{"item": {"id": "a"}}]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"id": "a"}\n{half\n', "line 2"),
        ('{"id": "a"}\n[1]', "line 2"),
        ('[{"id": "a"}, 2]', "requests[1]"),
        ('[{"id": "a"}, {"images": [{"path": "no.jpg"}]}]', "requests[1]"),
        ('[{"id": "a"}, {"titel": "b"}]', "requests[1].item.titel"),
    ],
)
def test_what_is_wrong_with_one_is_in_its_place(tmp_path: Path, text: str, where: str) -> None:
    good, ((field, _),) = read(file(tmp_path, text))
    assert (good, field) == ({"item": {"id": "a"}}, where)


def test_what_is_wrong_with_one_keeps_its_id(tmp_path: Path) -> None:
    source = file(tmp_path, '{"id": "a", "titel": 1}\n{"item": {"id": "b", "titel": 1}}\n3')
    assert [entry.item_id for entry in load_many(source, GenerateNotificationRequest)] == ["a", "b", ""]


@pytest.mark.parametrize("text", ['{"requests": 3}', "3", '"text"'])
def test_what_holds_no_requests_is_refused_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadArgument, match="objects, one a line or in a list"):
        load_many(file(tmp_path, text), GenerateNotificationRequest)


def test_pictures_by_path_are_read_beside_the_json(tmp_path: Path) -> None:
    (tmp_path / "cup.jpg").write_bytes(b"\x00\xff")
    entries = [{"path": "cup.jpg", "alt_text": "a cup"}, {"data": "AA=="}, "odd", {"path": 3}]
    request = as_request({"images": entries, "frames": "no list"}, tmp_path)
    assert request["item"]["images"] == [{"data": "AP8=", "alt_text": "a cup"}, *entries[1:]]
    assert request["item"]["frames"] == "no list"
    assert entries[0] == {"path": "cup.jpg", "alt_text": "a cup"}, "the caller's own list stays"
    with pytest.raises(BadArgument, match=r"cannot read none\.jpg: No such file"):
        as_request({"images": [{"path": "none.jpg"}]}, tmp_path)


def test_a_missing_picture_of_a_bulk_row_is_named_as_it_was_given(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        request_of(b'{"title": "Tea", "images": [{"path": "none.jpg"}]}', tmp_path)
    assert caught.value.violations[0].description.startswith("cannot read none.jpg: ")
    assert str(tmp_path) not in str(caught.value.violations)


def test_an_image_by_url_goes_to_the_service_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "cup.jpg").write_bytes(b"\x00\xff")
    url = {"url": "https://images.example.com/cup.jpg", "alt_text": "a cup"}
    (tmp_path / "item.json").write_text(json.dumps({"title": "Tea", "images": [url, {"path": "cup.jpg"}]}))
    request = build(GenerateNotificationRequest, load(str(tmp_path / "item.json"), GenerateNotificationRequest))
    assert [(i.url, i.data) for i in request.item.images] == [(url["url"], None), (None, b"\x00\xff")]
    assert image("https://images.example.com/cup.jpg") == {"url": "https://images.example.com/cup.jpg"}
    assert image(str(tmp_path / "cup.jpg")) == {"data": "AP8="}


def test_an_item_that_is_no_object_is_left_to_the_contract(tmp_path: Path) -> None:
    assert as_request({"item": "text"}, tmp_path) == {"item": "text"}


# --- flags ------------------------------------------------------------------------------------------------------------


def test_pairs_split_at_the_first_equals_sign() -> None:
    assert pairs(["a=b=c", "d=", "a=e"], "--metadata") == {"a": "e", "d": ""}
    with pytest.raises(BadArgument, match="--metadata 'ab' must be KEY=VALUE"):
        pairs(["ab"], "--metadata")


def test_a_copy_splits_at_the_first_bar() -> None:
    assert copies(["a|b|c", "d", "|e"]) == [{"title": "a", "body": "b|c"}, {"title": "d"}, {"title": "", "body": "e"}]


def test_frames_have_a_time_or_are_a_second_apart(tmp_path: Path) -> None:
    odd = tmp_path / "x@home.png"
    odd.write_bytes(b"x")
    frames = offsets([f"{odd}@40", str(odd), f"{odd}@007"])
    assert [frame["offset_ms"] for frame in frames] == [40, 1000, 7]
    assert {frame["data"] for frame in frames} == {"eA=="}


@pytest.mark.parametrize(
    ("request_json", "flags", "merged"),
    [
        ({"a": 1}, {"a": None}, {"a": 1}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": True}, {"a": False}, {"a": False}),
        ({"a": [1]}, {"a": [2]}, {"a": [1, 2]}),
        ({"a": [1]}, {"a": []}, {"a": [1]}),
        ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
        ({"a": "odd"}, {"a": {"y": 2}}, {"a": {"y": 2}}),
        ({"a": "odd"}, {"a": [2]}, {"a": [2]}),
        ({}, {"options": {"seed": None}}, {}),
        ({}, {"item": {"title": None}}, {"item": {}}),
        ({"a": 0}, {"a": 0}, {"a": 0}),
    ],
)
def test_flags_go_on_top_of_the_json(request_json: dict, flags: dict[str, Any], merged: dict) -> None:
    before = dict(request_json)
    assert merge(request_json, flags) == merged
    assert request_json == before


def test_every_violation_is_named_with_the_place_in_the_batch() -> None:
    wrong = {"item": {"titel": "x"}, "options": {"seed": -1}}
    with pytest.raises(InvalidInput) as caught:
        build(GenerateNotificationRequest, wrong, "requests[3]")
    assert [v.field for v in caught.value.violations] == ["requests[3].item.titel", "requests[3].options.seed"]
    with pytest.raises(InvalidInput) as caught:
        build(GenerateNotificationRequest, {})
    assert [v.field for v in caught.value.violations] == ["item"]


def test_letters_stay_letters_in_what_is_printed() -> None:
    assert cli_input.dump({"a": "猫"}) == '{"a": "猫"}'
