from __future__ import annotations

from pathlib import Path

from serve_app.demo.document import dotted, parse_yaml, where

PATH = Path("c.yaml")


def test_each_key_has_its_line() -> None:
    document = parse_yaml("a:\n  - b: 1\n    c:\n      d: 2\n", PATH)
    assert document.data == {"a": [{"b": 1, "c": {"d": 2}}]}
    assert where(document, PATH, ("a", 0, "c", "d")) == "c.yaml, line 4: a[0].c.d"


def test_what_is_missing_is_placed_at_the_nearest_key_there_is() -> None:
    document = parse_yaml("a:\n  b: {c: 1}\n", PATH)
    assert document.place(("a", "b", "x")) == ("a.b.x", 2)
    assert document.place(("a", "tag of a union", "b", "c")) == ("a.b.c", 2)


def test_a_location_is_dotted() -> None:
    assert dotted(("a", 0, "b")) == "a[0].b"
