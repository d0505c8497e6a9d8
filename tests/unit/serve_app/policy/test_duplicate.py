"""The duplicate rule: neither a recent copy nor a candidate comes twice."""

from __future__ import annotations

from deployments.types import Copy
from serve_app.policy.context import RecentCopies
from tests.unit.serve_app.policy.judge import rule_ids


def test_a_recent_copy_is_not_sent_again() -> None:
    recent = (Copy(title="Coffee is ready", body="Come in and smell the espresso at Calle Mayor"),)
    assert "duplicate.recent" in rule_ids(
        "Coffee is READY!", "Come in & smell the espresso at Calle Mayor.", recent_copies=recent
    )
    assert "duplicate.recent" in rule_ids("Coffee is ready!", recent_copies=recent)
    assert rule_ids("Ana Ruiz pours slowly", "Espresso, for once without a queue.", recent_copies=recent) == set()


def test_the_same_candidate_twice_is_dropped_and_a_like_one_kept() -> None:
    others = (Copy(title="Coffee is ready"),)
    assert rule_ids("Coffee is ready!", others=others) == {"duplicate.candidate"}
    assert rule_ids("Coffee is ready for you", others=others) == set()


def test_an_incumbent_is_no_news_but_may_be_said_better() -> None:
    there = RecentCopies((Copy(title="Coffee is ready"),))
    assert rule_ids("Coffee is ready!", incumbents=there) == {"duplicate.incumbent"}
    assert rule_ids("Coffee is ready for you", incumbents=there) == set()


def test_a_short_title_may_come_again_with_another_body() -> None:
    recent = (Copy(title="Good morning", body="The library opens an hour early."),)
    assert rule_ids("Good morning", "The barista pours an espresso.", recent_copies=recent) == set()


def test_candidates_of_the_same_words_in_another_order_are_two() -> None:
    others = (Copy(title="Coffee now", body="Coffee now, and then some cake."),)
    assert "duplicate.candidate" not in rule_ids(
        "Coffee and cake", "Coffee and cake, and then some, now.", others=others
    )
