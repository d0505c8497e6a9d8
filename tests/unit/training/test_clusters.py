from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from training import clusters
from training.clusters import clusters_of, near_duplicates

LEDE = "Every year the city counts its sparrows, and this year it lost count."


def joined(first: list[str], second: list[str], contexts: tuple[str, str] | None = None) -> bool:
    table = pd.DataFrame({"test_id": ["t1"] * len(first) + ["t2"] * len(second), "text": first + second})
    if contexts:
        table["context"] = [contexts[0]] * len(first) + [contexts[1]] * len(second)
    clusters = clusters_of(table)
    assert len(set(clusters)) in (1, 2)
    return len(set(clusters)) == 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Don't Look Away!", "dont look away", True),
        ("Seven men walk into a bar. One walks out.", "Seven Men Walk Into A Bar. Only One Walks Out.", True),
        ("Seven men walk into a bar. One walks out.", "Seven ways to walk a dog in the rain", False),
        ("Watch this man", "Watch this woman", False),  # too short for an overlap to mean a story
    ],
)
def test_a_retest_is_found_by_its_words(first: str, second: str, same: bool) -> None:
    assert joined([first, "Something else entirely"], ["Nothing of the sort at all", second]) is same


@pytest.mark.parametrize(
    ("contexts", "same"),
    [
        ((f"<p>{LEDE}</p>", LEDE.upper()), True),
        ((LEDE, LEDE.replace("city", "town")), True),
        ((LEDE, "The city counts its buses."), False),
        (("Wow. Just wow.", "Wow. Just wow."), False),
        (("", ""), False),
    ],
)
def test_the_same_context_is_one_story_unless_it_is_a_remark(contexts: tuple[str, str], same: bool) -> None:
    assert joined(["Birds of the town hall"], ["Who is counting now"], contexts) is same


def test_boilerplate_joins_nothing() -> None:
    count = clusters.MAX_CONTEXT_TESTS + 1
    table = pd.DataFrame({"test_id": [f"t{i}" for i in range(count)], "text": [f"copy {i}" for i in range(count)]})
    assert len(set(clusters_of(table.assign(context=LEDE)))) == count
    assert len(set(clusters_of(table[1:].assign(context=LEDE)))) == 1


def test_chains_are_followed_and_a_cluster_is_named_after_its_first_test() -> None:
    table = pd.DataFrame(
        {"test_id": ["a", "a", "b", "b", "c", "d"], "text": ["one", "two", "two", "six", "six", "ten"]}
    )
    assert clusters_of(table) == ["a", "a", "a", "a", "a", "d"]


def test_no_near_duplicate_is_missed() -> None:
    rng = np.random.default_rng(3)
    texts = [" ".join(f"w{i}" for i in rng.choice(14, rng.integers(3, 12), replace=False)) for _ in range(150)]
    sets = [set(text.split()) for text in texts]
    brute = {
        (i, j)
        for i, j in itertools.combinations(range(len(texts)), 2)
        if min(len(sets[i]), len(sets[j])) >= clusters.MIN_WORDS
        and len(sets[i] & sets[j]) >= clusters.OVERLAP * len(sets[i] | sets[j])
    }
    assert brute
    assert {(int(min(p)), int(max(p))) for p in near_duplicates(texts).T} == brute


@pytest.mark.parametrize("control", ["Open the app now", "🔥🔥🔥"])
def test_a_control_arm_of_every_test_joins_nothing(control: str) -> None:
    tests = [f"t{i}" for i in range(40) for _ in range(2)]
    texts = [text for i in range(40) for text in (control, f"Story number {i}")]
    assert len(set(clusters_of(pd.DataFrame({"test_id": tests, "text": texts})))) == 40
