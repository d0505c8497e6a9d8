"""Plain text: markup goes, whatever its state, and what only looks like markup stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.plain_text import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<b>Mar</b>ia's <i>tomatoes</i>", "Maria's tomatoes"),
        ("One<br>two<BR/>three<br />four", "One\ntwo\nthree\nfour"),
        ("<p>One.</p>\n<p>Two &amp; three.</p><br/>", "One.\nTwo & three."),
        ("<ul><li>Eggs<li>Milk</ul>", "Eggs\nMilk"),
        ("<table><tr><td>Mon</td><td>9</td></tr><tr><td>Tue</td></tr></table>", "Mon 9\nTue"),
        ("<h1> Title </h1>", "Title"),
        ('<a href="/x?a=1&b=2" title="5 > 4">Read</a> on', "Read on"),
        ("<a href='it>s' class=big data-x>Read</a> on", "Read on"),
        ('<a class="a"href="b">Read</a>', "Read"),
        ('<img src="x.jpg" alt="A > B">Text', "Text"),
        ('Great <img class="emoji" alt="😀" src="1f600.svg"/> news', "Great 😀 news"),
        ("<input disabled><video controls></video>Text", "Text"),
        ("A<script>if (a < b) alert('<p>x</p>')</script>B", "AB"),
        ('<style type="text/css">p > a { color: red }</style>Text', "Text"),
        ("Text<script>var a = 1;", "Text"),
        ("Text<style>p {", "Text"),
        ("A<noscript><img src='x'>enable it</noscript>B", "AB"),
        ("<svg viewBox='0 0 1 1'><title>icon</title><path d='M0'/></svg>Go", "Go"),
        ("<svg>Go", "Go"),
        ('<svg class="icon"/>Go', "Go"),
        ("<!DOCTYPE html><html><head><title>T</title></head><body>Text</body></html>", "Text"),
        ("A<!-- a > b <p> -->B", "AB"),
        ("Teaser<!--more-->rest", "Teaserrest"),
        ("A<!--[if mso]><p>x</p><![endif]-->B", "AB"),
        ("<![if !supportLists]>A<![endif]>", "A"),
        ("Text<!-- cut", "Text"),
        ("A<!-->B", "AB"),
        ("<![CDATA[<p>Maria&#39;s</p>]]>", "Maria's"),
        ("<![CDATA[Maria", "Maria"),
        ('<?xml version="1.0"?><p>A</p>', "A"),
        ("A<?php echo $a->b > 1; ?>B", "AB"),
        ("<o:p>A</o:p><o:p/>B", "AB"),
        ("<my-card>A</my-card>", "A"),
        ('<amp-img src="a.jpg" width="1"></amp-img>A', "A"),
        ("<foo>A</foo>", "A"),
        # escaped, once and twice
        ("&lt;p&gt;Maria&amp;#39;s&lt;/p&gt;", "Maria's"),
        ("&amp;lt;br&amp;gt;Maria&amp;amp;#39;s", "Maria's"),
        ("A &lt; B &amp;&amp; C &gt; D", "A < B && C > D"),
        # broken and cut
        ("<b>Bold", "Bold"),
        ("Bold</b> text", "Bold text"),
        ("<b Bold</b> text", "Bold text"),
        ('<a href="x>Read</a> on', "Read on"),
        ('<a href="x>Read</a> and <a href="y">more</a>', "Read and more"),
        (r"<a href=\"x\">Read</a> on", "Read on"),
        ("<a href=”x”>Read</a> on", "Read on"),
        ('<p class="x" Hello <b>World</b>', "Hello World"),
        ("A<br B", "A\nB"),
        ("A</p B", "A\nB"),
        ('Hello <a href="https://exa', "Hello"),
        ("Hello <a hr", "Hello"),
        ("Hello <strong", "Hello"),
        ("Hello <stro", "Hello"),
        ("Hello</stro", "Hello"),
        ("Hello</", "Hello"),
        # shortcodes
        ('[caption id="a_12" width="300"]A dog[/caption] [gallery ids="7,8"] real', "A dog real"),
        ("[caption id=a_12 width=300]A dog[/caption]", "A dog"),
        ("[gallery ids=”7,8″ /]Text", "Text"),
        ("[gallery ids=&quot;7,8&quot;]Text", "Text"),
        ('[my_widget size="3"]Text', "Text"),
        ("[youtube https://youtu.be/x?t=9]Text", "Text"),
        ("[vc_row][vc_column width=1/2]Text[/vc_column][/vc_row]", "Text"),
        ("[b]Bold[/b] [url=https://example.com/9]link[/url]", "Bold link"),
        ("A dog[/caption]", "A dog"),
        ('Text [gallery ids="7,8', "Text"),
        ('<p>[caption id="a"]<img src="x.jpg">A dog[/caption]</p>', "A dog"),
        # nothing left
        ("<p></p>", ""),
        ("<p>&nbsp;</p>", ""),
        ("<img src='x.jpg'>", ""),
        ("&shy;&#8203;", ""),
    ],
)
def test_markup_goes(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "a < b",
        "a<b and c>d",
        "if a<b && c>d then",
        "x<y",
        "x<y and y>z",
        "p<q, q>r",
        "5 < 6 > 4",
        "I <3 you </3",
        "<- back",
        "<-- back -->",
        "-> on",
        "<<< new >>>",
        "a <= b >= c <> d",
        "=> x",
        "AT&T, R&D, Q&A, B&B, H&M",
        "R & D",
        "&",
        "a && b",
        "Salt&Pepper; then",
        "https://example.com/?a=1&copy=2&region=3&not=4&amp=5",
        "example.com?lang=en&para=1&times=2&sect",
        "www.example.com/&copy",
        "cut&copy, this&not that",
        "List<String> x = new Map<String, Object>();",
        "std::vector<int> v; cout << x;",
        "for (i=0; i<n; i++) { a[b[0]]>3; }",
        "for(i=0;i<p;i++)",
        "#include <stdio.h>",
        "Ana <ana@example.com>",
        "see <https://example.com/a?b=1&c=2>",
        "Dear <your name>, <BRAND NAME>",
        "<T>",
        "<|im_end|> <｜end｜>",  # noqa: RUF001
        "ticket #39; seat #8217;",
        "50% off #1 pick; #2 next",
        "Q & #1 fan",
        "[caption] {x}",
        "[sic] [VIDEO] [1] [2024] [...] [gallery]",
        "[link](https://example.com) [Live from Rome] a[i] = b[j]",
        '[data-x="1"] a[href="x"]',
        "[[wiki page]] [/path] [a, b=2]",
        "[/unopened] text",
        "Wide\u00a0space, \u2028 line,\r\n end\t ",
        "  two  spaces \n\n and blank lines ",
        "می‌خواهم 👩‍⚕️ ❤️ 1️⃣ 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert plain_text(text) == text


MARKUP = (
    "<",
    ">",
    "</",
    "b",
    "p",
    "br",
    "a ",
    "script",
    "x",
    "=",
    '"',
    "'",
    "/",
    "!--",
    "-->",
    "&",
    "#",
    "39",
    ";",
    "amp",
    "[",
    "]",
)
PIECES = st.lists(st.sampled_from((*MARKUP, "lt", "copy", " ", "\n", "\u00ad", "\u200d", "é", "39;")), max_size=24)


@given(PIECES.map("".join))
@settings(max_examples=1000)
def test_plain_text_is_plain(text: str) -> None:
    plain = plain_text(text)
    assert plain_text(plain) == plain


@pytest.mark.parametrize(
    "piece",
    [
        "word ",
        "wörd ",
        "<p>Maria&#39;s <b>tomatoes</b></p>\n",
        "<",
        "<a ",
        '<a href="',
        "<a x='<a y=\"",
        "<a b=c ",
        "<svg ",
        "<svg></svg><svg>",
        "<script ",
        "<!--",
        "<![CDATA[",
        "<?php ",
        "</b",
        "[",
        "[a ",
        "[/a]",
        "[a",
        '[a b="',
        '[a b="c" ',
        "[a b=c ",
        "[gallery a=",
        "[a-",
        "&",
        "&amp;",
        "&amp",
        "&#38;",
        "&am&#112;;",
        "&#",
        "1&#3",
        "?a=&copy",
        "x#39;",
        "\u00ad",
        "\u200d",
        "\u2067",
        "א\u2067",
        "\U000e0061",
        "\U0001f3f4\U000e0061",
        "\ufe0f",
        " \n",
        "  ",
    ],
)
def test_the_time_is_linear(piece: str) -> None:
    """The longest text of an item takes milliseconds, whatever it is."""
    text = (piece * 10_000)[:10_000]
    assert min(_seconds(f"{text}{number}") for number in range(3)) < 0.05


def _seconds(text: str) -> float:
    began = time.thread_time()
    plain_text(text)
    return time.thread_time() - began
