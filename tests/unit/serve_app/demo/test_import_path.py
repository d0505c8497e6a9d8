from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.demo.import_path import check, split

SOURCE = """
raise RuntimeError("this must not run")
from os import path as there
if there:
    app = 1
else:
    (first, second) = 2, 3
class Thing: ...
async def later(): ...
"""


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, source in {
        "given_plain": SOURCE, "given_star": "from os import *", "given_broken": "def (",
        "given_lazy": "def __getattr__(name): return 1", "given_package/__init__": "", "given_package/inner": SOURCE,
    }.items():  # fmt: skip
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize("name", ["there", "app", "first", "second", "Thing", "later"])
def test_what_a_module_binds_is_found_without_running_it(name: str) -> None:
    check(f"given_plain:{name}")
    check(f"given_package.inner.{name}")
    assert "given_plain" not in sys.modules


def test_a_module_that_does_not_tell_its_names_is_let_through() -> None:
    for path in ("given_star:x", "given_lazy:x", "given_broken:x", "sys:path"):
        check(path)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("given_plain:ap", "has no 'ap'; did you mean 'app'"),
        ("given_plain:nothing_like", "the module 'given_plain' has no 'nothing_like'"),
        ("given_plain.inner:app", "'given_plain' is a module and no package"),
        ("given_package.nope:app", "there is no module 'given_package.nope'"),
        ("given_nope.inner:app", "there is no module 'given_nope'"),
        ("given_package.inner", "is a module: write module:attribute"),
    ],
)
def test_what_is_not_there_is_named(path: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        check(path)


@pytest.mark.parametrize(
    "path", ["", "a", ":", "a:", ":a", "a:b:c", "a b:c", "a..b:c", "a/b.py:c", ".a:b", "a:b.c", "a-b:c"]
)
def test_what_is_no_import_path_is_refused(path: str) -> None:
    with pytest.raises(Misconfigured, match="write module:attribute"):
        split(path)


def test_both_forms_are_split() -> None:
    assert split("a.b:c") == split("a.b.c") == ("a.b", "c")
