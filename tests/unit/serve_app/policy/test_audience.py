"""The scripts that an audience reads, by its tag."""

from __future__ import annotations

import pytest

from serve_app.policy.audience import Audience, audience_of


@pytest.mark.parametrize(
    ("tag", "language", "scripts"),
    [
        ("", "en", {"Latn"}),
        ("en_GB", "en", {"Latn"}),
        ("iw", "he", {"Hebr"}),
        ("ja-JP", "ja", {"Hani", "Hira", "Kana"}),
        ("ko", "ko", {"Hang", "Hani"}),
        ("sr", "sr", {"Cyrl", "Latn"}),
        ("sr-Latn", "sr", {"Latn"}),
        ("uz-Cyrl", "uz", {"Cyrl"}),
        ("pa-IN", "pa", {"Guru"}),
        ("pa-PK", "pa", {"Arab"}),
        ("zh-TW", "zh", {"Hani", "Bopo"}),
    ],
)
def test_scripts_of_a_tag(tag: str, language: str, scripts: set[str]) -> None:
    audience = audience_of(tag)
    assert (audience.language, set(audience.scripts)) == (language, scripts)


@pytest.mark.parametrize(
    ("tag", "form"),
    [
        ("zh-CN", "Hans"),
        ("cmn-Hans", "Hans"),
        ("zh-SG", "Hans"),
        ("zh-HK", "Hant"),
        ("zh-Hant", "Hant"),
        ("yue", "Hant"),
    ],
)
def test_the_form_of_chinese(tag: str, form: str) -> None:
    assert audience_of(tag).form == form


@pytest.mark.parametrize("tag", ["zh", "zho", "ja", "en"])
def test_a_tag_that_tells_no_form(tag: str) -> None:
    assert audience_of(tag).form == ""


def test_a_script_that_the_language_is_not_written_in_is_a_transcription() -> None:
    assert audience_of("hi-Latn") == Audience("hi", frozenset({"Latn"}), transcribed=True)
    assert not audience_of("sr-Latn").transcribed


@pytest.mark.parametrize("tag", ["und", "qaa", "x-mine", "not a tag", "sgn"])
def test_of_an_unknown_language_no_script_is_known(tag: str) -> None:
    assert audience_of(tag).scripts == frozenset()
