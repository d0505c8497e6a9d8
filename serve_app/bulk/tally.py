"""What is counted of a bulk job: of a part, of all parts, and the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from pydantic import Field

from deployments.settings import Strict
from serve_app.bulk.answers import split

_TOKENS = ("prompt_tokens", "cached_tokens", "output_tokens")


class Tally(Strict):
    """Counts. sources: Decisions by where their notification comes from. problems: dead letters by reason.

    began_s, ended_s: when the first row was begun and the last one answered, by the clock of the wall.
    """

    rows: int = 0
    sources: dict[str, int] = Field(default_factory=dict)
    problems: dict[str, int] = Field(default_factory=dict)
    partial: int = 0
    tokens: dict[str, int] = Field(default_factory=dict)
    began_s: float = 0.0
    ended_s: float = 0.0

    @classmethod
    def of(cls, table: pa.Table) -> Tally:
        """Count a part."""
        decisions, dead_letters = split(table)
        return cls(
            rows=decisions.num_rows + dead_letters.num_rows,
            sources=Counter(decisions.column("source").to_pylist()),
            problems=Counter(dead_letters.column("reason").to_pylist()),
            partial=sum(decisions.column("partial").to_pylist()),
            tokens={name: sum(decisions.column(name).to_pylist()) for name in _TOKENS},
            began_s=min(table.column("began_s").to_pylist()),
            ended_s=max(table.column("ended_s").to_pylist()),
        )

    @classmethod
    def sum(cls, tallies: Iterable[Tally]) -> Tally:
        every = list(tallies)
        return cls(
            rows=sum(one.rows for one in every),
            sources=sum((Counter(one.sources) for one in every), Counter()),
            problems=sum((Counter(one.problems) for one in every), Counter()),
            partial=sum(one.partial for one in every),
            tokens={name: sum(one.tokens.get(name, 0) for one in every) for name in _TOKENS},
            began_s=min((one.began_s for one in every), default=0.0),
            ended_s=max((one.ended_s for one in every), default=0.0),
        )

    @property
    def seconds(self) -> float:
        """From the first row to the last; 0 for none."""
        return self.ended_s - self.began_s


def summary_of(total: Tally, run: Tally, seconds: float, price_per_hour: float | None) -> dict[str, Any]:
    """Return the summary of the job. run: what this attempt has answered, in so many `seconds` with its start."""
    own: dict[str, Any] = {
        "rows": run.rows,
        "seconds": round(seconds, 1),
        "answering_s": round(run.seconds, 1),
        "rows_per_s": round(run.rows / run.seconds, 3) if run.seconds else None,
    }
    if price_per_hour is not None:
        cost = price_per_hour * seconds / 3600
        own["cost"] = round(cost, 4)
        own["cost_per_1000"] = round(1000 * cost / run.rows, 4) if run.rows else None
    return {
        "rows": total.rows,
        "decisions": sum(total.sources.values()),
        "dead_letters": sum(total.problems.values()),
        **total.model_dump(include={"sources", "problems", "partial", "tokens"}),
        "run": own,
    }
