"""The shipped items are requests that the service takes, and show what the demo says they show."""

from __future__ import annotations

import pytest

from deployments.deadline import Call, Deadline
from deployments.types import Copy, IncumbentKind, OutputField, Severity
from serve_app.demo.items import DemoItem, demo_items
from serve_app.flow.brief import make_brief
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.profiles import load_profiles
from serve_app.policy import PolicyContext, PolicySettings, check

CATEGORIES = ("DIRECT", "CURIOSITY", "HUMOUR")
ITEMS = demo_items()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_every_item_is_a_valid_request(item: DemoItem) -> None:
    call = Call(Deadline.after(30))
    brief = make_brief(item.request, call, IngressKnobs(), load_profiles("configs/profiles.yaml"), CATEGORIES)
    assert brief.item.id
    assert item.note.endswith(".")
    assert "\n" not in item.note


def test_the_items_show_the_breadth_of_the_contract() -> None:
    requests = [item.request for item in ITEMS]
    assert len({item.name for item in ITEMS}) == len(ITEMS) >= 7
    assert sum(bool(r.item.images) for r in requests) >= 4
    assert any(r.item.frames for r in requests)
    assert any(not r.item.images and not r.item.frames for r in requests)
    assert any(r.item.language != "en" for r in requests)
    assert any(r.recent_copies for r in requests)
    kinds = {i.kind for r in requests for i in r.incumbents}
    assert kinds == {IncumbentKind.HUMAN, IncumbentKind.TEMPLATE}


def test_the_human_copies_would_pass_the_policy() -> None:
    profile = load_profiles("configs/profiles.yaml")["default"]
    for item in ITEMS:
        for incumbent in item.request.incumbents:
            if incumbent.kind is IncumbentKind.HUMAN:
                context = PolicyContext.of(
                    item=item.request.item, caption="", profile=profile, output_fields=tuple(OutputField)
                )
                findings = check(Copy(title=incumbent.title, body=incumbent.body), context, PolicySettings())
                assert [f for f in findings if f.severity is Severity.BLOCK] == []
