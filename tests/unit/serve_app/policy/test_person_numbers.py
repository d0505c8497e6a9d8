"""Rows of digits."""

from __future__ import annotations

import regex

from serve_app.policy.person_numbers import after_cue, runs, with_ascii_digits


def test_digits_of_all_scripts_keep_their_places() -> None:
    assert with_ascii_digits("٠١٢ और ९८७") == "012 और 987"
    assert with_ascii_digits("〇九〇-一二三四-五六七八") == "090-1234-5678"
    assert with_ascii_digits("十二人、三千円") == "十二人、三千円"


def test_a_run_has_its_groups_and_place() -> None:
    (run,) = runs("call (415) 555-0132 now")
    assert (run.digits, run.groups, run.text) == ("4155550132", (3, 3, 4), "(415) 555-0132")
    assert list(runs("515, 430, 498, 421; 12:30")) == []


def test_a_cue_reaches_the_number_of_its_sentence() -> None:
    def found(text: str) -> list[str]:
        return [n.digits for n in after_cue(text, regex.compile("account"), regex.compile(r"\d+"), "pii.iban", 6)]

    assert found("account no. 1234567") == ["1234567"]
    assert found("account closed. 1234567 people") == []
    assert found("account 123") == []


def test_digits_of_chinese_as_they_are_read_out() -> None:
    """NFKC has made a comma of the wide one."""
    assert with_ascii_digits("请拨幺三九,五五五零,零幺二三") == "请拨139-5550-0123"
    assert with_ascii_digits("一、二、三") == "一、二、三"
