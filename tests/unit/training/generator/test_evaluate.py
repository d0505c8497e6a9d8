"""`eval` and `sweep` with a fake generator: what is measured, what is written, what a reader is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner, Result

from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.types import CategoryPlan, Draft, GenerationTask, Item, LengthProfile, Openings, Reward
from serve_app.knobs import DefaultKnobs, SelectionKnobs
from tests.unit.training.generator.fake_generator import FakeGenerator
from training.generator import bench, measures
from training.generator.__main__ import app
from training.generator.stories import Story
from training.generator.sweep import KNOBS, best, grid

PROFILE = LengthProfile(length_profile="default", max_title=40, max_body=90)
FERRY = Item(
    description="The harbour town of Bergen rebuilt its old ferry as a library. Children read there on Friday."
)


def by_length(texts: Sequence[str]) -> list[Reward]:
    """A fake reward: longer copies get more."""
    return [Reward(mean=len(text) / 100, spread=0.1) for text in texts]


def judged(*copies: tuple[str, str, str], arms: tuple[str, ...] = ("An old copy",)) -> measures.Written:
    """Category, title and body of each candidate."""
    plan = tuple(CategoryPlan(category=name, instruction="") for name in dict.fromkeys(c[0] for c in copies))
    task = GenerationTask(item=FERRY, caption="", plan=plan, candidates_per_category=1, profile=PROFILE)
    drafts = [Draft(category=category, title=title, body=body, likelihood=-1.0) for category, title, body in copies]
    story = Story(cluster="1", fold=2, item=FERRY, arms=arms)
    [found] = measures.written([story], [task], [drafts], by_length)
    return found


def test_shares_count_what_a_reader_would_count() -> None:
    found = judged(
        ("DIRECT", "The ferry of Bergen", "The old ferry of the town became a library."),
        ("DIRECT", "The ferry of Bergen", "The old ferry of the town became a library!"),
        ("QUESTION", "The ferry of Bergen", "Children of the town read there on Monday."),
        ("QUESTION", "What became of the ferry?", "The town rebuilt it as a library for its children."),
    )
    said = measures.summary([found])
    assert (said["valid_json"], said["grounded"], said["distinct"]) == (1.0, 0.75, 0.75)
    assert said["category_followed"] == 0.75
    assert said["category_followed_by"] == {
        "DIRECT": {"share": 1.0, "count": 2}, "QUESTION": {"share": 0.5, "count": 2},
    }  # fmt: skip
    assert said["usable"] == 0.5
    assert said["candidates"] == 4
    assert said["intervals"]["grounded"] == [0.75, 0.75]  # one story has no other to be drawn instead


def test_what_serving_rejects_is_measured_but_never_selected() -> None:
    found = judged(
        ("STORY", "The ferry of Bergen", "The old ferry of the town became a library in 1975 for many children."),
        ("STORY", "The ferry of Bergen", "The old ferry of the town became a library."),
        arms=("Short", "Short one"),
    )
    assert found.selected is not None
    assert "1975" not in found.selected.candidate.body
    invented = found.candidates[0].candidate
    assert invented.rejected
    assert invented.reward is not None
    assert measures.summary([found])["selected_above_archive"] == 1.0
    nothing = judged(
        ("STORY", "The ferry of Bergen", "It opened in 1975 with 3000 books."), arms=("A much longer copy" * 9,)
    )
    both = measures.summary([found, nothing])
    assert (both["selected"], both["selected_above_archive"]) == (0.5, 0.5)


def test_requests_are_those_of_the_demo() -> None:
    [application] = yaml.safe_load(Path("configs/demo.yaml").read_text())["applications"]
    engine = application["args"]["generator"]["engine"]
    settings = bench.generator(engine["model"]).engine
    assert {name: getattr(settings, name) for name in engine} == engine
    ingress = next(d["user_config"] for d in application["deployments"] if d["name"] == "Ingress")
    assert SelectionKnobs() == SelectionKnobs(**ingress["selection"])
    asked = {name: value for name, value in ingress["defaults"].items() if name != "time_budget_ms"}
    assert {name: getattr(DefaultKnobs(), name) for name in asked} == asked


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Six stories of two arms in folds 2 and 3."""
    rows = []
    for n, name in enumerate(("ferry", "bakery", "garden", "choir", "bridge", "train")):
        lede = f"A stranger paid the debts of the {name}. The neighbours of the {name} helped to rebuild it in May."
        for text in (f"Who would pay for a {name}?", f"The {name} is free of debts at last"):
            arm = {"test_id": f"t{n}", "headline": text, "lede": lede, "impressions": 5000, "clicks": 100 + len(text)}
            rows.append(arm | {"cluster": f"story {n}", "fold": 2 + n % 2})
    path = tmp_path / "arms.csv"
    pd.DataFrame(rows).to_csv(path)
    return path


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    return folder


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Models that were started, in order; all of them fakes."""
    started: list[str] = []

    def build(settings: GeneratorSettings) -> FakeGenerator:
        started.append(settings.engine.model)
        return FakeGenerator()

    async def routed(items: Sequence[Item], categories: str, count: int) -> list[tuple[CategoryPlan, ...]]:
        names = ("DIRECT", "QUESTION", "STORY", "EMOTIONAL", "HUMOUR")[:count]
        return [tuple(CategoryPlan(category=name, instruction="") for name in names)] * len(items)

    monkeypatch.setattr(GeneratorSettings, "build", build)
    monkeypatch.setattr(bench, "routed", routed)
    monkeypatch.setattr(bench, "scorer", lambda folder: (by_length, "fakefakefake"))
    monkeypatch.setattr("deployments.weights.revision", lambda model: "fake")
    return started


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_eval_measures_both_models_on_the_same_stories(
    log: Path, adapter: Path, tmp_path: Path, models: list[str]
) -> None:
    result = run("eval", "--arms", log, "--adapter", adapter, "--items", 4, "--out", tmp_path / "raw.json", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert models == [f"package:smollm2-135m-instruct+{adapter}", "package:smollm2-135m-instruct"]
    assert report["items"] == 4
    for name in ("tuned", "base"):
        assert report[name]["candidates"] == 4 * 8
        assert report[name]["finished"] == 0.5  # the fake's second candidate of each category is not
        assert report[name]["valid_json"] == 0.5
        assert report[name]["seconds"] >= 0
    raw = json.loads((tmp_path / "raw.json").read_text())
    assert len(raw["stories"]) == 4
    for story in raw["stories"]:
        assert "debts" in story["title"] + story["facts"]
        assert len(story["arms"]) == 1  # the other is the title
        assert [sum(c["selected"] for c in story[name]) for name in ("tuned", "base")] == [1, 1]
    assert not (adapter / "README.md").exists()


def test_eval_keeps_its_numbers_and_samples_beside_the_adapter(log: Path, adapter: Path, models: list[str]) -> None:
    result = run("eval", "--arms", log, "--adapter", adapter, "--items", 3, "--keep")
    assert result.exit_code == 0, result.output
    assert json.loads((adapter / "eval.json").read_text())["about"]["folds"] == [2, 3]
    samples = json.loads((adapter / "samples.json").read_text())
    assert len(samples) == 3
    card = (adapter / "README.md").read_text()
    assert "3 stories of folds 2, 3" in card
    assert "A fake title" in card


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--adapter", "nowhere"), "--adapter 'nowhere': there is no such folder"),
        (("--adapter", "", "--keep"), "--keep writes into the adapter's folder"),
        (("--adapter", "", "--test-folds", "12"), "--test-folds '12': want numbers from 0 to 9"),
        (("--adapter", "", "--test-folds", "5"), "no story of folds 5 has facts"),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_line(
    log: Path, models: list[str], more: tuple[str, ...], message: str
) -> None:
    result = run("eval", "--arms", log, *more)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert models == []


def test_a_sweep_starts_one_engine_and_names_the_best_setting(log: Path, adapter: Path, models: list[str]) -> None:
    result = run("sweep", "--arms", log, "--adapter", adapter, "--items", 2, "--out", adapter, "--json")
    assert result.exit_code == 0, result.output
    assert len(models) == 1
    report = json.loads(result.stdout.splitlines()[-1])
    assert report == json.loads((adapter / "sweep.json").read_text())
    assert (adapter / "sweep.png").stat().st_size > 10_000
    assert len(report["points"]) == len(grid())
    defaults = GeneratorKnobs().model_dump()
    assert report["default"]["knobs"] == {name: defaults[name] for name in KNOBS}
    assert f"temperature {GeneratorKnobs().temperature:g}" in result.stderr
    assert run("card", "--adapter", adapter).exit_code == 0
    assert "2 other stories of folds 2, 3" in (adapter / "README.md").read_text()


def test_of_the_settings_within_a_standard_error_of_the_most_usable_the_best_rewarded_is_chosen() -> None:
    def point(usable: float, reward: float | None) -> dict[str, Any]:
        interval = [usable - 0.0392, usable + 0.0392]  # a standard error of 0.02
        return {"usable": usable, "selected_reward": reward, "intervals": {"usable": interval}}

    lucky, near, equal, unscored, far = (
        point(0.8, 0.1),
        point(0.785, 0.3),
        point(0.79, 0.3),
        point(0.8, None),
        point(0.77, 0.9),
    )
    assert best([lucky, near, unscored, far]) is near
    assert best([lucky, near, equal, far]) is equal
    assert best([unscored]) is unscored


def test_every_setting_of_the_grid_is_allowed_and_different() -> None:
    settings = grid()
    assert settings[0] == GeneratorKnobs()
    assert len({json.dumps(s.model_dump()) for s in settings}) == len(settings)
    assert all(GeneratorKnobs(**s.model_dump()) == s for s in settings)


def test_a_category_is_held_to_its_openings_unless_its_instruction_alone_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = CategoryPlan(category="BENEFIT_HOWTO", instruction="Teach.", openings=Openings(title=("How to ",)))

    async def routed(items: Sequence[Item], categories: str, count: int) -> list[tuple[CategoryPlan, ...]]:
        return [(plan,)] * len(items)

    monkeypatch.setattr(bench, "routed", routed)
    story = Story(cluster="1", fold=2, item=FERRY, arms=("An old copy",))
    [held], [free] = bench.tasks([story]), bench.tasks([story], openings=False)
    assert held.plan == (plan,)
    assert free.plan == (plan.model_copy(update={"openings": Openings()}),)
