"""With less work a request: how many items still get a fit copy, and how many more requests the same work allows.

The drafts are the large writer's, marked by readers (`training/marks`): two in each of four categories an item.
Selection is the graph's own. Capacity is the gate's count of work. Nothing is known here of skipped captions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer

from benchmarks.ladder.curve import Step, held, row
from benchmarks.ladder.plot import plot
from benchmarks.ladder.pool import CALIBRATION, MARKS, items, read
from benchmarks.lib import record
from deployments.generator import fit
from deployments.reward.model import RewardModel

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
WHOLE: Final = Step(4, 2)
STEPS: Final = (WHOLE, Step(3, 2), Step(4, 1), Step(2, 2), Step(3, 1), Step(1, 2), Step(2, 1), Step(1, 1))


@app.command(help=__doc__)
def ladder() -> None:
    model = RewardModel.load(Path("models/reward"), dtype="float32")
    pools, good = read(MARKS, items(), model, fit.read(CALIBRATION))
    rows = [row(step, WHOLE, pools, good) for step in STEPS]
    result = {
        "fit_lost_at_twice": held(rows, 2.0, "fit"),
        "fit_of_sent_lost_at_twice": held(rows, 2.0, "fit_of_sent"),
        "items": len(pools),
        "drafts": len(good),
        "steps": rows,
    }
    plot(result, record.RESULTS / "ladder.png")
    record.write("ladder", result)


if __name__ == "__main__":
    app()
