# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""What the longest and the most hostile texts of the contract cost: linear in the text, facts read once a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import pytest
import regex

from deployments.types import MAX_LONG_TEXT, Copy, Item, LengthProfile
from serve_app.policy import PolicyContext, PolicySettings, check
from serve_app.policy.registry import RULES
from serve_app.policy.word_list import WordList

SETTINGS = PolicySettings()
PROFILE = LengthProfile(length_profile="push", max_title=40, max_body=90)
PLAIN = Item(title="Coffee and cake", metadata={"price": "4", "roast": "dark"})
DRAFT = Copy(
    title="Coffee is ready", body="Come and have 4 cups, “as dark as night”, says Ana at www.example.com today."
)
BOUND_S = 0.1  # on a fast machine, where `reference` takes REFERENCE_S
REFERENCE_S = 0.004
WORDS = regex.compile(r"\w+")
_unique = count()

# Pieces that make a rule look ahead, go back or count again; what stands before and after may keep it from a match.
PIECES = (
    *("a", "a ", "a.", "a-", "a'", "'aaa ", "'1", "1", "1.", "1 ", "1(", "+1 ", "“", "„a", "«a ", "「", '"', "‘a "),
    *("a@", "www.", "a.b", "_a", "__a", "{", "{{", "{{a", "{%", "{#", "${", "{a}", "%a", "%%a", "<", "<%", "<a", "<A"),
    *("<<a", "*|", "[[", "[a", "[%", "@@a", "##a", "$a", "«a»", "**a", "~~", "`", "!", "?", ".", ", ", "( ", "\n#"),
    *("as an ", "may 1 ", "1st of ", "aß", "aЖ", "🇩", "👩\u200d", "e\u0301", "\u0301\u0323", "क्", "\u200d", "\u202a"),
    *("ﷺ", "漢", "ก", "é ", "IJ", "two "),
)
AROUND = (("#}%>|* '", " x"),)


def seconds(call: Callable[[], Any], least: float = BOUND_S / 2) -> float:
    """CPU time of this thread. Measured again, up to three times, while it is not below `least`."""
    best = float("inf")
    for _ in range(3):
        began = time.thread_time()
        call()
        best = min(best, time.thread_time() - began)
        if best < least:
            break
    return best


def reference() -> None:
    """Work that is linear in its text, of the kind that rules do."""
    text = repeated("one 1 word. ", MAX_LONG_TEXT)
    for _ in range(8):
        words = {word: match.start() for match in WORDS.finditer(text) if (word := match.group().casefold())}
        assert len(words) > 1


def bound_s() -> float:
    """The bound on this machine at this moment; a fast machine gets no stricter one."""
    return BOUND_S * max(1.0, seconds(reference, 0.0) / REFERENCE_S)


def is_too_slow(long: float, quarter: float) -> bool:
    """Whether a rule takes more than linear time, or too much of it."""
    return long > 8 * quarter or (long > BOUND_S and long > bound_s())


def repeated(piece: str, length: int, before: str = "", after: str = "") -> str:
    inside = length - len(before) - len(after)
    return before + (piece * (inside // len(piece) + 1))[:inside] + after


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    check(DRAFT, PolicyContext.of(PLAIN, "", PROFILE), SETTINGS)  # loads the language model


def costs(piece: str, rules: Iterable[str]) -> dict[str, tuple[float, float]]:
    """The CPU time of these rules on the longest body, and on a quarter of it, where the first is too long."""
    context = PolicyContext.of(PLAIN, "", PROFILE, generated=True)

    def took(rule: str, length: int, around: tuple[str, str], least: float) -> float:
        copy = Copy(title="x", body=repeated(piece, length, *around))
        return seconds(lambda: check(copy, context, SETTINGS, only=(rule,)), least)

    slow = {}
    for rule in rules:
        for around in AROUND:
            long = took(rule, MAX_LONG_TEXT, around, BOUND_S / 3)
            if long > BOUND_S / 3:
                slow[f"{rule} {around}"] = (long, took(rule, MAX_LONG_TEXT // 4, around, 0.0))
    return slow


@pytest.mark.parametrize("piece", PIECES)
def test_every_rule_is_linear_in_the_copy(piece: str) -> None:
    slow = costs(piece, RULES)
    assert {name: times for name, times in slow.items() if is_too_slow(*times)} == {}


@pytest.mark.parametrize("piece", ["1 ", "7 ", "two ", "9 cups ", "$5 ", "may 1 "])
def test_a_copy_full_of_figures_beside_an_item_full_of_figures(piece: str) -> None:
    metadata = {f"n {n}": " ".join(f"{n * 37 + k + 10} bags, ${n}.{k}" for k in range(20)) for n in range(64)}
    context = PolicyContext.of(Item(title="Coffee", metadata=metadata), "", PROFILE)
    for rule in ("number", "price", "date"):
        copy = Copy(title="x", body=repeated(piece, MAX_LONG_TEXT))
        assert seconds(lambda: check(copy, context, SETTINGS, only=(rule,))) < bound_s()  # noqa: B023


def test_time_that_grows_with_the_square_of_the_text_is_too_slow() -> None:
    assert is_too_slow(0.05, 0.05 / 16)
    assert is_too_slow(10 * bound_s(), 3 * bound_s())
    assert not is_too_slow(0.05, 0.05 / 4)


@pytest.mark.parametrize(
    "piece", ["a b. ", "1 ", "1.5 ", "1(", "“a b” ", "may 1 ", "2026-03-02 ", "\u0301\u0323", "ﷺ", "<", "a'"]
)
def test_facts_are_read_once_for_all_copies(piece: str) -> None:
    """64 entries of metadata with 10,000 characters each."""
    values = (f"{next(_unique)} {repeated(piece, 9_900)}" for _ in range(64))
    item = Item(title="Coffee", metadata={f"price {n}": value for n, value in enumerate(values)})
    context = PolicyContext.of(item, "", PROFILE)
    assert seconds(lambda: check(DRAFT, PolicyContext.of(item, "", PROFILE), SETTINGS)) < 2 * bound_s()
    check(DRAFT, context, SETTINGS)
    assert seconds(lambda: check(DRAFT, context, SETTINGS), 0.005) < 0.02


def test_recent_copies_are_folded_once() -> None:
    """200 of 10,000 characters each."""
    recent = [Copy(title=f"Old {n}", body=repeated(f"an old copy {n} ", MAX_LONG_TEXT)) for n in range(200)]
    context = PolicyContext.of(PLAIN, "", PROFILE, recent_copies=recent)
    assert seconds(lambda: check(DRAFT, context, SETTINGS, only=("duplicate",))) < bound_s()
    assert seconds(lambda: check(DRAFT, context, SETTINGS, only=("duplicate",)), 0.002) < 0.01


def test_a_long_list_of_banned_words_costs_as_much_as_a_short_one() -> None:
    words = WordList((f"word{n} of {n}", "block") for n in range(20_000))
    context = PolicyContext.of(PLAIN, "", PROFILE, tenant_terms=words)
    body = repeated("word1 of 2 ", MAX_LONG_TEXT - 20) + " word19999 of 19999"
    findings = check(Copy(title="x", body=body), context, SETTINGS, only=("terms",))
    assert [f.text for f in findings] == ["word19999 of 19999"]
    assert seconds(lambda: check(Copy(title="x", body=body), context, SETTINGS, only=("terms",))) < bound_s()


def test_a_rule_shows_some_findings_and_always_one_that_blocks() -> None:
    mild = [f"mild{n}" for n in range(30)]
    words = WordList([*((word, "review") for word in mild), ("harsh", "block")])
    context = PolicyContext.of(PLAIN, "", PROFILE, tenant_terms=words)
    findings = check(Copy(title="x", body=" ".join([*mild, "harsh"])), context, SETTINGS, only=("terms",))
    assert len(findings) == 10
    assert [f.text for f in findings if f.severity == "SEVERITY_BLOCK"] == ["harsh"]
