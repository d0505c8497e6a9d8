"""The stories of an archive that drafts are written for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from training.arms import BadArms
from training.generator.stories import stories

SUBJECTS = (
    "bakery flour ovens", "river boats locks", "teacher desks chalk", "robot wires screws", "garden roses beans",
    "train rails whistle", "choir hymns organ", "bridge stones arches", "doctor tablets beds", "harbour cranes ropes",
)  # fmt: skip
MOTTO = "We tell what matters."


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Ten stories, two to a fold; the headline of each stands in its lede, and the site's motto beside all of them."""
    rows = []
    for n, subject in enumerate(SUBJECTS):
        one, two, three = subject.split()
        headline = f"The {one} got {two} and {three} for free"
        lede = f"<p>{headline}.</p> A stranger paid the debts of the {one} in May, and neighbours helped. {MOTTO}"
        for text in (headline, f"Why does a {one} need {two}, and who brings {three}?"):
            arm = {"test_id": f"t{n}", "headline": text, "lede": lede, "impressions": 5000, "clicks": 100 + len(text)}
            rows.append(arm | {"cluster": f"story {n}", "fold": n // 2})
    path = tmp_path / "arms.csv"
    pd.DataFrame(rows).to_csv(path)
    return path


def test_each_story_has_its_facts_and_its_arms_and_no_fact_gives_an_arm_away(log: Path) -> None:
    found = stories(log, (2, 3), titled=False)
    assert {s.cluster for s in found} == {"story 4", "story 5", "story 6", "story 7"}
    for story in found:
        told = f"{story.item.title} {story.item.description}"
        subject = SUBJECTS[int(story.cluster[-1])].split()[0]
        assert f"paid the debts of the {subject}" in told
        assert "<p>" not in told
        assert MOTTO not in told
        assert len(story.arms) == 2
        assert not any(arm in told for arm in story.arms)
        assert story.fold in (2, 3)


def test_a_titled_story_has_one_of_its_copies_as_title_and_is_compared_with_the_others(log: Path) -> None:
    plain = {story.cluster: story for story in stories(log, (2, 3), titled=False)}
    for story in stories(log, (2, 3)):
        copies = {arm.lower() for arm in plain[story.cluster].arms}
        assert story.item.title.lower() in copies
        assert {arm.lower() for arm in story.arms} == copies - {story.item.title.lower()}
        assert "paid the debts" in story.item.description


def test_fewer_items_are_the_first_of_more_and_a_seed_changes_which(log: Path) -> None:
    every = stories(log, range(10))
    assert len(every) == len(SUBJECTS)
    assert stories(log, range(10), limit=4) == every[:4]
    other = stories(log, range(10), seed=1)
    assert [s.cluster for s in other] != [s.cluster for s in every]
    assert {s.cluster for s in other} == {s.cluster for s in every}


def test_a_story_that_tells_too_little_is_left_out(log: Path) -> None:
    table = pd.read_csv(log)
    table.loc[table["test_id"] == "t4", "lede"] = "Wow. You will see."
    table.to_csv(log)
    assert "story 4" not in {s.cluster for s in stories(log, (2, 3), titled=False)}
    table["lede"] = ""
    table.to_csv(log)
    with pytest.raises(BadArms, match="no story of folds 2, 3 has facts"):
        stories(log, (2, 3), titled=False)
