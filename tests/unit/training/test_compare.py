"""Of two copies, what the flow would send, and why the other is out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deployments.types import Copy, Item, Reward, ScoreResult, Stage, StageRevision
from serve_app.flow.knobs import FitKnobs, SelectionKnobs
from training.compare import BadPairs, Pair, Verdict, decide, read
from training.reward import app

ITEM = Item(
    id="i", title="Night bus 14 comes back", description="Night bus 14 runs again from Friday, every 30 minutes."
)
GOOD = Copy(title="Night bus 14 is back on Friday", body="It runs every 30 minutes.")
OTHER = Copy(title="The night bus returns", body="Line 14 runs again from Friday.")
PRICE = Copy(title="Night bus 14 for $2", body="It runs again from Friday.")
KNOBS = SelectionKnobs(fit=FitKnobs(minimum=0.5))


def pair(a: Copy = GOOD, b: Copy = OTHER) -> Pair:
    return Pair(id="p", item=ITEM, a=a, b=b)


def scores(a: float, b: float, fits: tuple[float | None, ...] = ()) -> ScoreResult:
    return ScoreResult(
        rewards=(Reward(mean=a, spread=0.1), Reward(mean=b, spread=0.1)),
        fits=fits,
        revision=StageRevision(stage=Stage.SCORE, kind="fake", model="fake"),
    )


def test_of_two_fit_copies_the_reward_decides() -> None:
    verdict = decide(pair(), scores(2.0, 0.0, (0.9, 0.9)), KNOBS)
    assert verdict.chosen == "a"
    assert verdict.p_a > 0.5
    assert (verdict.fit_a, verdict.fit_b) == (0.9, 0.9)
    assert verdict.reasons == {}


def test_what_is_not_fit_is_not_chosen_however_much_it_is_liked() -> None:
    verdict = decide(pair(), scores(5.0, 0.0, (0.2, 0.9)), KNOBS)
    assert verdict.chosen == "b"
    assert verdict.reasons == {"a": ("fit.below",)}
    assert verdict.p_a > 0.5


def test_neither_when_none_is_fit() -> None:
    assert decide(pair(), scores(5.0, 0.0, (0.2, 0.1)), KNOBS).chosen == "neither"


def test_neither_where_no_measure_knows_the_language() -> None:
    verdict = decide(pair(), scores(5.0, 0.0, (None, None)), KNOBS)
    assert (verdict.chosen, verdict.fit_a) == ("neither", None)
    assert verdict.reasons == {"a": ("fit.unknown",), "b": ("fit.unknown",)}


def test_what_policy_blocks_is_out() -> None:
    verdict = decide(pair(a=PRICE), scores(5.0, 0.0, (0.9, 0.9)), KNOBS)
    assert verdict.chosen == "b"
    assert list(verdict.reasons) == ["a"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("[]", "line 2"),
        (json.dumps({"id": "p", "item": {"id": "i"}, "a": {"title": "t", "body": "b"}}), "b"),
        (json.dumps({"id": "p", "item": {"id": "i"}, "a": {"title": "t"}, "b": {"titel": "t", "body": "b"}}), "titel"),
    ],
)
def test_a_bad_line_is_named_with_its_field(tmp_path: Path, line: str, named: str) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(f"{pair().model_dump_json()}\n{line}\n")
    with pytest.raises(BadPairs, match=r"pairs\.jsonl, line 2") as error:
        read(path)
    assert named in str(error.value)


def test_the_command_prints_a_line_a_pair_by_the_shipped_model(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    generic = Copy(title="New photo", body="Tap to see it.")
    path.write_text(f"{pair(b=generic).model_dump_json()}\n\n{pair(a=generic, b=GOOD).model_dump_json()}\n")
    result = CliRunner().invoke(app, ["compare", "--jsonl", str(path)])
    assert result.exit_code == 0, result.output
    first, second = (Verdict.model_validate_json(line) for line in result.stdout.splitlines())
    assert (first.chosen, second.chosen) == ("a", "b")
    assert first.p_a == pytest.approx(1 - second.p_a, abs=1e-3)
