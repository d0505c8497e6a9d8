"""The fit measure in models/fit: small, of the weights that its card names, and not fooled on items of this file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deployments.item_text import facts_of
from deployments.reward.fit import FitModel
from deployments.types import Copy, Item

FERRY = Item(
    title="Night ferry to Sollery is back, weekends only",
    description="From 3 May the night ferry runs again on Fridays and Saturdays, leaving Marn at 23:40. Weekday boats "
    "stay cancelled until the new pier is finished. 68 cabins, bicycles travel free.",
    creator="Sollery Harbour News",
    tags=("ferry", "travel"),
    metadata={"from": "3 May", "cabins": "68"},
)  # fmt: skip
OWL = Item(
    title="owl in the letterbox",
    description="Third morning in a row. We tape a note over the slot now so the postman knows. Her name is Agnes.",
    creator="Low Field Cottage",
    images=(),
)
PAIRS = {
    "generic": (
        FERRY,
        Copy(title="Sollery's night ferry returns", body="It sails on Fridays and Saturdays from 3 May."),
        Copy(title="New photo", body="Tap to see it."),
    ),
    "generic against a long one": (
        FERRY,
        Copy(
            title="The night ferry is back at weekends",
            body="Boats leave Marn at 23:40 on Fridays and Saturdays from 3 May. Weekday sailings stay cancelled until "
            "the new pier is finished. Bicycles travel free.",
        ),
        Copy(title="Breaking news", body="Read more."),
    ),
    "cut": (
        OWL,
        Copy(
            title="An owl has moved into the letterbox", body="A note over the slot now warns the postman about Agnes."
        ),
        Copy(title="An owl has moved into the letterbox", body="A note over the"),
    ),
    "another item's": (
        FERRY,
        Copy(title="68 cabins and free bicycles", body="Sollery's night ferry runs again at weekends from 3 May."),
        Copy(
            title="An owl has moved into the letterbox", body="A note over the slot now warns the postman about Agnes."
        ),
    ),
    "salad": (
        OWL,
        Copy(title="Agnes is back in the letterbox", body="The owl has come three mornings in a row."),
        Copy(title="letterbox the in is Agnes back", body="mornings three has The row. in owl come a"),
    ),
    "doubled": (
        FERRY,
        Copy(title="Sollery's night ferry returns", body="It sails on Fridays and Saturdays from 3 May."),
        Copy(title="Sollery's night ferry returns", body="Sollery's night ferry returns Sollery's night ferry returns"),
    ),
    "wrong number": (
        FERRY,
        Copy(title="68 cabins on the night ferry", body="It leaves Marn at 23:40 on Fridays and Saturdays."),
        Copy(title="92 cabins on the night ferry", body="It leaves Marn at 23:40 on Fridays and Saturdays."),
    ),
}


@pytest.fixture(scope="module")
def model(root: Path) -> FitModel:
    return FitModel.load(root / "models/fit", dtype="float32")


def test_it_is_small_and_its_card_and_report_are_of_these_weights(root: Path, model: FitModel) -> None:
    folder = root / "models/fit"
    assert sum(p.stat().st_size for p in folder.iterdir()) < 25 * 10**6
    assert json.loads((folder / "report.json").read_text())["revision"] == model.revision
    assert model.revision in (folder / "README.md").read_text()


@pytest.mark.parametrize("kind", PAIRS)
def test_a_worse_copy_is_not_called_even_with_a_good_one(model: FitModel, kind: str) -> None:
    item, good, worse = PAIRS[kind]
    [better, lower] = np.concatenate(model.forward(model.encode(model.facts(facts_of(item, "")), [good, worse])))
    assert better > lower


def test_length_by_itself_decides_nothing(root: Path, model: FitModel) -> None:
    """Of two good copies the longer is above half the time; length does not lift a generic copy above a good one."""
    length = json.loads((root / "models/fit/report.json").read_text())["unseen"]["length"]
    assert 0.4 < length["longer_good_above"] < 0.6
    long, short_generic = PAIRS["generic against a long one"][1:]
    short = Copy(title="Night ferry is back", body="Weekends, from 3 May.")
    long_generic = Copy(
        title="A new story is waiting for you in the app",
        body="Something interesting has happened, and everyone is talking about it. Open the app now to find out what "
        "it is, take a look at the pictures, and tell us what you think.",
    )
    item_facts = model.facts(facts_of(FERRY, ""))
    rows = model.encode(item_facts, [short, long_generic, long, short_generic])
    low_good, low_bad, high_good, high_bad = np.concatenate(model.forward(rows))
    assert min(low_good, high_good) > max(low_bad, high_bad)


def test_it_says_nothing_of_other_languages(model: FitModel) -> None:
    assert model.knows("en")
    assert not model.knows("de")
