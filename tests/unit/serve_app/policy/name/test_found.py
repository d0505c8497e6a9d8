"""A name and its place."""

from __future__ import annotations

from serve_app.policy.name.found import Found


def test_a_name_is_sure_unless_said_otherwise() -> None:
    assert Found("Rosa", 0, 4).sure
