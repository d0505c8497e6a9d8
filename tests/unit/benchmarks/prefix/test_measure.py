"""What the prefix benchmark sends, and how it sums up; the engines are not started here."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.lib.cold_items import FIRST_WORDS, cold_items
from benchmarks.prefix.measure import (
    ARMS,
    CATEGORIES,
    LAYOUTS,
    Run,
    app,
    category_first,
    category_in_system,
    plot,
    served,
    summary,
    task,
)
from deployments.errors import Misconfigured
from deployments.generator import prompt


def test_no_prompt_is_sent_twice_to_one_engine() -> None:
    items = cold_items(24)
    arms = len((*ARMS, *LAYOUTS))
    assert len(set(FIRST_WORDS)) == len(FIRST_WORDS) >= arms
    titles = {task(word, item).item.title for word in FIRST_WORDS[:arms] for item in items}
    assert len(titles) == 24 * arms
    assert items == cold_items(24)


def test_a_task_has_one_draft_in_each_of_four_styles() -> None:
    work = task("New", cold_items(1)[0])
    assert len({plan.instruction for plan in work.plan}) == CATEGORIES == 4
    assert work.candidates_per_category == 1
    assert {arm.candidates for arm in LAYOUTS} == {2}


def test_the_layouts_say_the_same_words_with_the_category_elsewhere() -> None:
    work = task("New", cold_items(1)[0])
    plan = work.plan[0]
    style = f"Style: {plan.instruction}"
    messages = prompt.messages(work, plan, "Title: a title")
    system, user = (m.text for m in messages)
    assert user.endswith(style)
    first = category_first(messages, style)
    assert first[0].text == system
    assert first[1].text.startswith(f"{style}\n<item>")
    inside = category_in_system(messages, style)
    assert inside[0].text == f"{system}\n{style}"
    assert style not in inside[1].text
    for other in (first, inside, served(messages, style)):
        assert sorted(" ".join(m.text for m in other).split()) == sorted(f"{system} {user}".split())


def test_a_served_prompt_that_does_not_end_with_its_category_is_not_compared() -> None:
    work = task("New", cold_items(1)[0])
    messages = prompt.messages(work, work.plan[0], "Title: a title")
    with pytest.raises(Misconfigured, match="adapt the layouts"):
        category_first(messages, "Style: another")


def test_each_item_is_compared_with_itself() -> None:
    slow, fast = Run(8.0, 4.0, 200, 50), Run(1.0, 0.5, 200, 50)
    half = [Run(r.seconds / 2, r.first_s, 200, 100) for r in (slow, fast, fast)]
    found = summary({"first": [slow, fast, fast], "second": half})
    assert found["first"]["time_ratio"] == found["first"]["cached_ratio"] == 1.0
    assert found["second"]["time_ratio"] == 0.5
    assert (found["second"]["cached_share"], found["second"]["cached_ratio"]) == (0.5, 2.0)


def test_a_first_arm_that_shares_nothing_gives_no_ratio() -> None:
    nothing, some = [Run(1.0, 1.0, 100, 0)] * 2, [Run(1.0, 1.0, 100, 30)] * 2
    assert summary({"first": nothing, "second": some})["second"]["cached_ratio"] is None


@pytest.mark.parametrize("content", ["", "applications: []", "applications: [{args: {}}]"])
def test_a_file_that_is_no_serve_config_is_named(tmp_path: Path, content: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(content)
    done = CliRunner().invoke(app, ["--config", str(config)])
    assert done.exit_code == 2
    said = " ".join(done.stderr.split())  # the console folds a long line
    assert "generator" in said or "no serve config" in said


def test_the_plot_is_written(tmp_path: Path) -> None:
    arms = summary({"first": [Run(1.0, 0.5, 200, 100)] * 2})
    plot({"arms": arms, "layouts": arms, "candidates": 2}, tmp_path / "results" / "prefix.png")
    assert (tmp_path / "results" / "prefix.png").stat().st_size > 1000
