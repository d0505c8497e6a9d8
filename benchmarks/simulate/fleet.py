"""A fleet of GPUs: what its stages can do, as far as it was measured, and how the cards are shared out among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.lib.results import Results, lookup
from benchmarks.simulate.stage import StageModel

# Calls that a replica should hold, of those that it serves at a time.
_TARGET: Final = 0.7
_LEAST_GPUS: Final = 3


@dataclass(frozen=True)
class Rate:
    """Calls a second on one GPU, at `places` calls at a time. origin: who says so."""

    per_s: float
    places: float
    origin: str


ASSUMED: Final[Mapping[str, Rate]] = {
    "Captioner": Rate(48.0, 64, "assumed: a 3B VLM, 64 sequences, 128 tokens each at 6,000 tokens/s"),
    "Generator": Rate(12.5, 16, "assumed: a 4B writer, 16 drafts of 30 tokens a request at 6,000 tokens/s"),
    "RewardScorer": Rate(1000.0, 64, "assumed: 16 copies a request, 16,000 copies/s"),
}
_COPIES: Final = 16


def rates(results: Results) -> dict[str, Rate]:
    """The reward's rate is measured where gpu.json has it; nobody has measured the engines' on a GPU yet."""
    found = dict(ASSUMED)
    copies_per_s = lookup(results.get("gpu", {}), "encoder.shapes.64x64.copies_per_s")
    if copies_per_s:
        found["RewardScorer"] = Rate(copies_per_s / _COPIES, 64, "gpu.json: 64 copies of 64 tokens, the encoder alone")
    return found


@dataclass(frozen=True)
class Fleet:
    """models: in the order of the flow. peak_rps: of ordinary traffic, for which the fleet was bought."""

    models: tuple[StageModel, ...]
    peak_rps: float

    @property
    def gpus(self) -> float:
        return sum(model.most * model.gpus for model in self.models)

    def running(self, rps: float, cached: float) -> dict[str, int]:
        """Replicas that hold this rate with the calls that each should hold."""
        return {m.name: round(rps * (1 - cached if m.name == "Captioner" else 1) * m.service_s / m.target + 0.5)
                for m in self.models}  # fmt: skip


def fleet(gpus: int, measured: Mapping[str, Rate], hit_share: float, start_s: float, highest: float) -> Fleet:
    """Share out the cards by what a request costs each stage.

    start_s: of an engine. highest: the highest rate of the day in daily peaks, which the fleet just holds. A replica
    has a whole card; the reward's, as in configs/gpu.yaml, a tenth. Needs three cards: with fewer nothing can scale.
    """
    cost = {name: (1 - hit_share if name == "Captioner" else 1.0) / rate.per_s for name, rate in measured.items()}
    share = {"Captioner": 1.0, "Generator": 1.0, "RewardScorer": 0.1}
    whole = max(gpus, _LEAST_GPUS)
    most = {name: max(1, int(whole * cost[name] / sum(cost.values()) / share[name])) for name in cost}
    spare = whole - sum(most[name] * share[name] for name in most)
    most["Generator"] += int(spare)
    models = []
    for name, rate in measured.items():
        part = share[name]
        places = max(1.0, rate.places * part)
        models.append(
            StageModel(name, places, places / (rate.per_s * part), _TARGET * places, 1, most[name], start_s, 30.0, part)
        )
    held = min(m.most * m.target / m.service_s / (1 - hit_share if m.name == "Captioner" else 1.0) for m in models)
    return Fleet(tuple(models), held / highest)
