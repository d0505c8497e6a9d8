"""Small items with copies, all invented."""

from __future__ import annotations

from training.writer.corpus import Bad, Entry, Judged, Written

_PLACES = ("Harbury", "Stenmoor", "Kilbride", "Oxley", "Tarn", "Westfold", "Marlow End", "Pikeford")
_THINGS = ("ferry", "library", "choir", "bakery", "tram", "orchard", "museum", "pool", "lighthouse", "market")


def entry(number: int) -> Entry:
    """An item that two digits of its number tell from others."""
    place, thing = _PLACES[number % len(_PLACES)], _THINGS[number // len(_PLACES) % len(_THINGS)]
    count = 11 + 3 * number
    return Entry(
        id=f"e-{number:03}",
        title=f"The {thing} of {place}",
        description=f"The {thing} of {place} opens on 4 June, not in May. Some {count} people helped. Entry is free.",
        alt_text=f"A {thing} in the rain",
        metadata={"opens": "4 June"},
        copies=(
            Written(category="DIRECT", title=f"{place}'s {thing} opens in June", body="Not in May. Entry is free."),
            Written(category="LIST_NUMBER", title=f"{count} people helped", body=f"{place}'s {thing} opens on 4 June."),
        ),
        bad=(
            Bad(kind="wrong_fact", title=f"{place}'s {thing} opens in May", body="Entry costs 12 euros."),
            Bad(kind="empty", title="Something is new", body="You will want to see what it is."),
        ),
        judged=(Judged(title=f"The {thing}", body="It is a good thing.", fit=float(number % 2), source="small"),),
    )  # fmt: skip


ENTRIES = [entry(number) for number in range(60)]
