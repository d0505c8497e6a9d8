"""A recorded choice is made again, and other knobs make another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.types import PolicyFinding, Reason, Severity, Tier
from serve_app.audit.replay import replay
from serve_app.flow.knobs import IngressKnobs
from tests.graph.stages import ForeignReward, fakes
from tests.unit.serve_app.audit.entries import entries, written

HUMAN = {"id": "mine", "title": "Coffee on a table", "body": "A cup for you."}
OTHER = {"id": "yours", "title": "Cake on a table", "body": "A slice for you."}
UNFILLED = {"id": "raw", "title": "Hi {{ first_name }}", "body": "A cup for you."}
TEMPLATE = {"id": "t", "title": "{{ title }}", "body": "Now.", "kind": "INCUMBENT_KIND_TEMPLATE"}
REQUESTS: list[dict[str, Any]] = [
    {},
    {"incumbents": [HUMAN]},
    {"incumbents": [OTHER, HUMAN], "options": {"margin": 0.4}},
    {"incumbents": [HUMAN, HUMAN | {"id": "twin"}], "options": {"margin": 0.0}},
    {"incumbents": [UNFILLED, TEMPLATE]},
    {"options": {"output_fields": ["OUTPUT_FIELD_TITLE"]}, "incumbents": [HUMAN]},
    {"recent_copies": [{"title": "Coffee on a table", "body": "A cup for you."}]},
]
KNOBS: list[dict[str, Any]] = [
    {},
    {"selection": {"margin": 0.3, "caution": 2.0}},
    {"selection": {"fit": {"minimum": 1.0}}},
    {"policy": {"length": {"action": "review"}}, "tiers": {"hold": ["*"]}},
]


@pytest.mark.parametrize("knobs", KNOBS)
@pytest.mark.parametrize("reward", [None, ForeignReward()], ids=["compared", "not compared"])
async def test_every_choice_is_made_again(knobs: dict[str, Any], reward: Any) -> None:
    stages = fakes() if reward is None else fakes(reward=reward)
    lines, decisions = await written({**knobs, "audit": {}}, *REQUESTS, stages=stages)
    replays = [replay(entry) for entry in entries(lines)]
    assert len(replays) == len(REQUESTS)
    assert [one.replayed for one in replays] == [one.recorded for one in replays]
    assert [one.replayed.candidate for one in replays] == [
        d.notification.candidate_id if d.notification else "" for d in decisions
    ]


async def test_other_knobs_choose_otherwise() -> None:
    lines, (decision,) = await written({"audit": {}}, {"incumbents": [HUMAN]})
    assert decision.reason is Reason.BEAT_INCUMBENT
    careful = IngressKnobs.model_validate({"selection": {"margin": 0.49}})
    (entry,) = entries(lines)
    other = replay(entry, careful)
    assert not other.same
    assert (other.replayed.candidate, other.replayed.reason, other.policy_checked) == ("mine", "BELOW_MARGIN", False)


async def test_a_margin_of_the_request_stays() -> None:
    lines, _ = await written({"audit": {}}, {"incumbents": [HUMAN], "options": {"margin": 0.0}})
    careful = IngressKnobs.model_validate({"selection": {"margin": 0.49}})
    (entry,) = entries(lines)
    assert replay(entry, careful).same


async def test_rules_run_again_where_the_entry_has_the_text(tmp_path: Path) -> None:
    lines, (decision,) = await written({"audit": {"item_text": True}}, {})
    assert decision.notification is not None
    word = decision.notification.title.split()[0]
    banned = tmp_path / "terms.yaml"
    listed = {"name": "ours", "rule": "terms.banned", "origin": "a test", "block": [word]}
    banned.write_text(yaml.safe_dump({"lists": [listed]}))
    banning = IngressKnobs.model_validate({"policy": {"terms": {"file": str(banned)}}})
    (entry,) = entries(lines)
    other = replay(entry, banning)
    assert other.policy_checked
    assert other.replayed.title.split()[:1] != [word]


async def test_a_finding_that_the_entry_cannot_repeat_stays() -> None:
    """Its pattern is the catalogue's. Without it a SAMPLE would be replayed as AUTO."""
    lines, _ = await written({"audit": {"item_text": True}}, {})
    (entry,) = entries(lines)
    style = PolicyFinding(rule="style.category", severity=Severity.REVIEW)
    styled = [c.model_copy(update={"findings": (*c.findings, style)}) for c in entry.decision.candidates]
    made = entry.decision.model_copy(update={"candidates": tuple(styled), "tier": Tier.SAMPLE})
    again = replay(entry.model_copy(update={"decision": made}), IngressKnobs())
    assert again.policy_checked
    assert again.replayed.tier == "SAMPLE"
