from __future__ import annotations

from pathlib import Path

import pytest

from deployments.weights.references import public_name, split


@pytest.mark.parametrize(
    ("reference", "seen"),
    [
        ("/srv/models/smol", "smol"),
        ("~/models/smol", "smol"),
        ("./models/smol", "smol"),
        ("package:smollm2-135m-instruct", "package:smollm2-135m-instruct"),
        ("package:smollm2-135m-instruct+models/generator", "package:smollm2-135m-instruct+generator"),
        ("package:smollm2-135m-instruct+/srv/models/generator/", "package:smollm2-135m-instruct+generator"),
        ("/srv/models/smol+/srv/models/generator", "smol+generator"),
        ("Qwen/Qwen3-4B-Instruct-2507", "Qwen/Qwen3-4B-Instruct-2507"),
    ],
)
def test_a_client_never_sees_a_folder_of_ours(reference: str, seen: str) -> None:
    assert public_name(reference) == seen


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("package:a+models/b", ("package:a", "models/b")),
        ("package:a+models/b+models/c", ("package:a+models/b", "models/c")),
        ("some-org/m+x", ("some-org/m", "x")),
        ("package:a", None),
        ("package:a+", None),
        ("+models/b", None),
        ("+", None),
        ("", None),
    ],
)
def test_a_merge_is_a_base_and_the_last_folder(reference: str, parts: tuple[str, str] | None) -> None:
    assert split(reference) == parts


def test_a_path_that_exists_is_no_merge_and_a_package_always_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a+b").mkdir()
    (tmp_path / "package:a+b").mkdir()
    assert split("a+b") is None
    assert split(str(tmp_path / "a+b")) is None
    assert split("a+c") == ("a", "c")
    assert split("package:a+b") == ("package:a", "b")


def test_a_folder_at_home_is_found_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a+b").mkdir()
    assert split("~/a+b") is None
