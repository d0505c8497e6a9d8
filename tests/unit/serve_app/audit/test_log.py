"""Lines of an audit log that can be read, and those that cannot; knobs from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.audit.log import Unreadable, entry_of, knobs_of
from tests.unit.serve_app.audit.entries import written


async def test_a_line_of_another_version_is_not_guessed_at() -> None:
    (line,), _ = await written({"audit": {}}, {})
    assert entry_of(line).decision.request_id == "r0"
    with pytest.raises(Unreadable, match="version: is 9; this program reads 1"):
        entry_of(json.dumps({**json.loads(line), "version": 9}))


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"{}", b'{"time": 3}'])
def test_what_is_no_entry_says_why(line: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\w"):
        entry_of(line)


@pytest.mark.parametrize(("text", "words"), [("selection: [", "no YAML"), ("selektion: {}", "selektion")])
def test_knobs_that_are_none_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "knobs.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=words):
        knobs_of(path)
    with pytest.raises(Misconfigured, match="cannot read"):
        knobs_of(tmp_path / "none.yaml")
