"""Character references, as HTML has them and as they come."""

# ruff: noqa: RUF001 - typographic marks are meant

from __future__ import annotations

import pytest

from deployments.character_references import references, resolved


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        *[(f"Maria{reference}s", "Maria's") for reference in ("&#39;", "&#039;", "&#x27;", "&#X27;", "&apos;", "&#39")],
        *[
            (f"Maria{reference}s", "Maria's")
            for reference in ("&39;", "&amp39;", "&039;", "&x27;", "& #39;", "&# 39;", "& # 39 ;")
        ],
        *[(f"Maria{reference}s", "Maria's") for reference in ("#39;", "#039;", "& apos;")],
        *[
            (f"Maria{reference}s", "Maria’s")
            for reference in ("&rsquo;", "&#8217;", "&#x2019;", "&#146;", "&8217;", "&#x2019")
        ],
        *[(f"Maria{reference}s", "Maria’s") for reference in ("&Rsquo;", "&rsquo", "#8217;", "& rsquo;")],
        ("Tom &amp; Jerry &AMP; Co &amp Co", "Tom & Jerry & Co & Co"),
        ("Tom & amp; Jerry &Amp; Co", "Tom & Jerry & Co"),
        ("AT&amp;T", "AT&T"),
        ("&quot;Yes&quot; &laquo;Oui&raquo; &ldquo;Ja&rdquo;", '"Yes" «Oui» “Ja”'),
        ("&quotYes&quot", '"Yes"'),
        ("caf&eacute; &Eacute;t&eacute;s caf&eacutes na&iumlve", "café Étés cafés naïve"),
        ("A&nbsp;B&nbspC &NBSP;", "A\u00a0B\u00a0C \u00a0"),
        ("12&euro; &pound50 &yen;5", "12€ £50 ¥5"),
        ("&copy; 2024 Foo&reg &trade; 20&deg C", "© 2024 Foo® ™ 20° C"),
        ("wait&hellip; 1&ndash;2 a&mdash;b &bull; c", "wait… 1–2 a—b • c"),
        ("&#128512; &#x1F600; &#55357;&#56832; &#xD83D;&#xDE00;", "😀 😀 😀 😀"),
        ("a &lt; b &gt c", "a < b > c"),
        ("caf&233;", "café"),
        ("?a=1&amp;b=2", "?a=1&b=2"),
        # cut at the end of the text
        ("Maria&#39", "Maria'"),
        ("Maria&#", "Maria"),
        ("Maria&#8", "Maria"),
        ("Maria&#82", "Maria"),
        ("Maria&#821", "Maria"),
        ("Maria&#x2", "Maria"),
        ("Maria &nbs", "Maria "),
        ("Maria&rsq", "Maria"),
        ("Maria &am", "Maria "),
    ],
)
def test_references_are_resolved(text: str, plain: str) -> None:
    assert resolved(text) == plain
    assert list(references(text))


@pytest.mark.parametrize(
    "text",
    [
        "AT&T",
        "&",
        "a & b",
        "?a=1&copy=2&reg=3",
        "x.com?a=1&lt",
        "Q&A; R&D;",
        "&foo; &bar",
        "& 39;",
        "&39",
        "#39;",
        "&;",
    ],
)
def test_what_is_no_reference_stays(text: str) -> None:
    assert resolved(text) == text
    assert list(references(text)) == []


@pytest.mark.parametrize("text", ["&amp;#39;", "&amp;amp;#39;", "&#38;#39;", "&#x26;#39;", "&amp;#38;#39;"])
def test_an_escaped_reference_is_one(text: str) -> None:
    assert resolved(text) == "&#39;"
