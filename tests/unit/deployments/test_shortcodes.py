"""Shortcodes go only where they are such beyond doubt."""

from __future__ import annotations

import pytest

from deployments.shortcodes import without_shortcodes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('[caption id="a_12" width="300"]A dog[/caption] real', "A dog real"),
        ('Bread [gallery ids="7,8"] today', "Bread  today"),
        ("[vc_row][vc_column]Bread[/vc_column][/vc_row]", "Bread"),
        ("[b]Bread[/b]", "Bread"),
        ("[url=https://example.com]Bread[/url]", "Bread"),
        ('Bread [gallery ids="7', "Bread "),
    ],
)
def test_a_shortcode_goes_and_what_it_encloses_stays(text: str, shown: str) -> None:
    assert without_shortcodes(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "He [sic] said",
        "[VIDEO] Bread",
        "a[1] and [2024]",
        "[caption]",
        "[gallery] of bread",
        "[a](url)",
        "[[wiki]]",
        "[/sic]",
    ],
)
def test_ordinary_brackets_stay(text: str) -> None:
    assert without_shortcodes(text) == text
