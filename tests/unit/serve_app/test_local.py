from __future__ import annotations

import pytest

from serve_app.local import refusal_in

LOST = "ServeController -- Exception in Replica(id='x'), the replica will be stopped.\nValueError: no such device\n"


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("starting\nready after 1.0 s", ""),
        ("deployments.errors.Misconfigured: args: captioner.kind: no 'oracle'\n", "args: captioner.kind: no 'oracle'"),
        (LOST, ""),
        (LOST * 3, "ValueError: no such device"),
    ],
)
def test_a_start_that_cannot_succeed_is_explained(log: str, words: str) -> None:
    assert words in refusal_in(log)
    assert bool(refusal_in(log)) == bool(words)
