"""Streams of other encodings than UTF-8."""

from __future__ import annotations

import io
import json

import pytest

from serve_app.client.output import write_json

TEXT = "caf\u00e9 \u2013 \u201cquoted\u201d \U0001f600 \u2028 \u4f60"


def written(text: str, encoding: str) -> bytes:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    write_json(text, stream)
    return stream.detach().getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252"])
def test_json_survives_every_encoding_on_one_line(encoding: str) -> None:
    data = written(json.dumps({"title": TEXT}, ensure_ascii=False), encoding)
    assert json.loads(data.decode(encoding)) == {"title": TEXT}
    assert len(data.decode(encoding).splitlines()) == 1


def test_text_stays_readable_where_the_stream_has_the_characters() -> None:
    assert written('"caf\u00e9"', "utf-8") == '"caf\u00e9"\n'.encode()
    assert written('"caf\u00e9"', "latin-1") == '"caf\u00e9"\n'.encode("latin-1")


def test_half_a_character_does_not_stop_the_output() -> None:
    assert written('"\ud83d"', "utf-8") == b'"\\ud83d"\n'
