"""Tests mirror the sources: `serve_app/flow/brief.py` has `tests/unit/serve_app/flow/test_brief.py`.

A part of the application that only works as a graph has its test in `tests/graph`, by the name of the file alone.
"""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("serve_app", "deployments", "training", "benchmarks", "tools")

# Sources without a test of their name: the tests that cover each, and why it has none of its own.
EXCEPTIONS = {
    "serve_app/ingress/core.py": (
        "tests/unit/serve_app/contract/test_verbs.py",
        "a protocol without code; the test compares the service with it",
    ),
    "serve_app/ingress/examples.py": (
        "tests/graph/test_openapi.py",
        "data of the OpenAPI document; the test validates each example with its model and its message",
    ),
}


def sources(root: Path) -> list[str]:
    return [
        path.relative_to(root).as_posix()
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*.py"))
        if path.name != "__init__.py"
    ]


def places_of(source: str) -> list[str]:
    """The places where a test of this source may be."""
    path = Path(source)
    name = f"test_{path.stem.strip('_')}.py"
    places = [Path("tests/unit") / path.parent / name]
    if path.parts[0] == "serve_app":
        places.append(Path("tests/graph") / name)
    return [place.as_posix() for place in places]


def test_every_source_has_a_test_of_its_name_or_a_reason(root: Path) -> None:
    """Write the test. An exception is for a file that no test of its own could break."""
    untested = {source for source in sources(root) if not any((root / test).is_file() for test in places_of(source))}
    assert sorted(untested - EXCEPTIONS.keys()) == [], "have no test of their name"
    assert sorted(EXCEPTIONS.keys() - untested) == [], "are no longer exceptions"


def test_exceptions_are_few_and_their_tests_exist(root: Path) -> None:
    assert len(EXCEPTIONS) <= 5, "write the test instead"
    for source, (test, reason) in EXCEPTIONS.items():
        assert (root / test).is_file(), source
        assert reason, source


def test_a_package_holds_no_code_of_its_own(root: Path) -> None:
    """`__init__.py` has no test, so it defines nothing."""
    packages = [path for folder in FOLDERS for path in (root / folder).rglob("__init__.py")]
    definitions = ("def ", "class ", "async def ")
    assert [
        str(path) for path in packages if any(n.startswith(definitions) for n in path.read_text().split("\n"))
    ] == []
