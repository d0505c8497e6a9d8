"""The shipped length profiles load, and a bad file is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.types import CountingUnit
from serve_app.flow.profiles import load_profiles

SHIPPED = "configs/profiles.yaml"


def test_the_shipped_profiles_say_where_they_come_from() -> None:
    profiles = load_profiles(SHIPPED)
    assert {"default", "ios", "android", "web", "huawei", "xiaomi", "oppo", "vivo"} <= profiles.keys()
    assert all(p.origin for p in profiles.values())
    assert (profiles["default"].max_title, profiles["default"].counting_unit) == (40, CountingUnit.WIDTH)


def test_a_relative_path_works_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "default" in load_profiles(SHIPPED)
    (tmp_path / "configs").mkdir()
    (tmp_path / SHIPPED).write_text("profiles: [{length_profile: mine, max_title: 10, max_body: 20}]")
    assert list(load_profiles(SHIPPED)) == ["mine"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profiles: [", "not YAML"),
        ("profiles: []", "profiles"),
        ("profile: []", "did you mean 'profiles'"),
        ("profiles: [{length_profile: a, max_title: 1, max_body: 20}]", "max_title"),
        ("profiles: [{length_profile: a, max_title: 10, max_body: 20, counting_unit: WORDS}]", "counting_unit"),
        ("profiles: [{length_profile: a, max_title: 10, max_body: 20, counting_unit: 2}]", "counting_unit"),
        (
            "profiles: [{length_profile: a, max_title: 10, max_body: 20, counting_unit: COUNTING_UNIT_UNSPECIFIED}]",
            "'COUNTING_UNIT_UNSPECIFIED' is no counting_unit",
        ),
        (
            "profiles: [{length_profile: a, max_title: 9, max_body: 9}, "
            "{length_profile: a, max_title: 8, max_body: 9}]",
            "more than once",
        ),
    ],
)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=words):
        load_profiles(str(path))


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(Misconfigured, match="cannot read"):
        load_profiles("configs/none.yaml")
