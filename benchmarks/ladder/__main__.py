"""With less work a request: how many items still get a fit copy, and how many more requests the same work allows.

The drafts are the large writer's, marked by readers (`training/marks`): two in each of four categories an item.
Router, count of work and selection are the graph's own, selection with the knobs of `configs/demo-large.yaml` and with
its defaults, whose fit gate lets more pass. Nothing is known here of skipped captions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer
import yaml

from benchmarks.ladder.curve import Pool, Step, held, row
from benchmarks.ladder.plot import plot
from benchmarks.ladder.pool import CALIBRATION, MARKS, items, marked, plans, read
from benchmarks.lib import record
from deployments.generator import fit
from deployments.reward.model import RewardModel
from serve_app.flow.knobs import SelectionKnobs

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
CONFIG: Final = Path("configs/demo-large.yaml")
WHOLE: Final = Step(4, 2)
STEPS: Final = (WHOLE, Step(3, 2), Step(4, 1), Step(2, 2), Step(3, 1), Step(1, 2), Step(2, 1), Step(1, 1))
# Each takes more away than the one before, as the knobs demand.
LADDER: Final = (Step(4, 1), Step(3, 1), Step(2, 1), Step(1, 1))


@app.command(help=__doc__)
def ladder() -> None:
    model = RewardModel.load(Path("models/reward"), dtype="float32")
    ids = marked(MARKS)
    by_id = {name: item for name, item in items().items() if name in ids}
    pools, good = read(MARKS, by_id, asyncio.run(plans(by_id)), model, fit.read(CALIBRATION))
    result = {
        **_curve(pools, good, shipped()),
        "default_knobs": _curve(pools, good, SelectionKnobs()),
        "items": len(pools),
        "drafts": len(good),
    }
    plot(result, record.RESULTS / "ladder.png")
    record.write("ladder", result, config=CONFIG)


def shipped() -> SelectionKnobs:
    """Of the config that serves the large writer."""
    (application,) = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["applications"]
    (ingress,) = (each for each in application["deployments"] if each["name"] == "Ingress")
    return SelectionKnobs.model_validate(ingress["user_config"]["selection"])


def _curve(pools: Sequence[Pool], good: Mapping[str, float], knobs: SelectionKnobs) -> dict[str, Any]:
    rows = [row(step, WHOLE, pools, good, knobs) for step in STEPS]
    return {
        "fit_lost_at_twice": held(rows, LADDER, 2.0, "fit"),
        "fit_of_sent_lost_at_twice": held(rows, LADDER, 2.0, "fit_of_sent"),
        "steps": rows,
    }


if __name__ == "__main__":
    app()
