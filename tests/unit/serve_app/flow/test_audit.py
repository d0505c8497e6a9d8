"""Entries of the audit log: what they hold, and what they leave out."""

from __future__ import annotations

import json

from tests.unit.serve_app.audit.entries import entries, written

INCUMBENTS = [{"id": "mine", "title": "Coffee on a table", "body": "A cup for you."}]


async def test_an_entry_holds_the_decision_and_what_it_was_made_with() -> None:
    lines, (decision,) = await written({"audit": {}}, {"incumbents": INCUMBENTS, "options": {"margin": 0.2, "seed": 7}})
    (entry,) = entries(lines)
    assert entry.decision.notification == decision.notification
    assert [c.id for c in entry.decision.candidates] == [c.id for c in decision.candidates]
    assert [c.reward for c in entry.decision.candidates] == [c.reward for c in decision.candidates]
    assert (entry.margin, entry.incumbents, entry.decision.options.seed) == (0.2, ("mine",), 7)
    assert entry.decision.revisions
    assert all((entry.rules_revision, entry.knobs_revision, entry.catalogue_revision))


async def test_the_words_of_the_item_are_left_out_until_they_are_asked_for() -> None:
    said = {"item": {"id": "x", "title": "Coffee", "description": "A cup of zanzibar coffee"}}
    (line,), _ = await written({"audit": {}}, said)
    assert "zanzibar" not in line.lower().replace("coffee", "")
    (line,), _ = await written({"audit": {"item_text": True}}, said)
    assert json.loads(line)["text"]["item"]["description"] == "A cup of zanzibar coffee"


async def test_revisions_follow_what_they_are_of() -> None:
    (first,), _ = await written({"audit": {}}, {})
    (second,), _ = await written({"audit": {}, "selection": {"caution": 0.1}}, {})
    (third,), _ = await written({"audit": {}, "policy": {"length": {"action": "off"}}}, {})
    one, two, three = entries([first, second, third])
    assert one.knobs_revision != two.knobs_revision
    assert one.rules_revision == two.rules_revision != three.rules_revision


async def test_no_entry_without_the_knob() -> None:
    lines, _ = await written({}, {})
    assert lines == []
