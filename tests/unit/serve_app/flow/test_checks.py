"""CheckCopy: findings in the order of the copies, what they are held against, and the revision of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, InvalidInput
from deployments.types import LengthProfile, Verdict
from serve_app.access.caller import ANYONE, Caller
from serve_app.contract.messages import CheckCopyRequest, CheckCopyResponse
from serve_app.flow.checks import Checks
from serve_app.flow.knobs import DefaultKnobs, IngressKnobs
from serve_app.flow.record import Record, set_current
from serve_app.policy import PolicySettings
from serve_app.policy.word_list import WordList

IOS = LengthProfile(length_profile="ios", max_title=50, max_body=160)
PROFILES = {"ios": IOS, "tiny": LengthProfile(length_profile="tiny", max_title=5, max_body=10)}
KNOBS = IngressKnobs(defaults=DefaultKnobs(length_profile="ios"))
GOOD = {"title": "A garden to be alone in", "body": "Walk in whenever you like, the gate is open."}
BAD = {"title": "A garden of 1,500 roses", "body": "Walk in whenever you like, the gate is open."}
PIXEL = "R0lGODlhAQABAIAAAICAgAAAACwAAAAAAQABAAACAkQBADs="


@pytest.fixture(autouse=True)
def _record() -> Iterator[None]:
    set_current(Record("CheckCopy", "", "r", "", 0.0))
    yield
    set_current(None)


async def checked(
    *copies: dict[str, str], caller: Caller = ANYONE, budget_s: float = 30, **fields: Any
) -> CheckCopyResponse:
    item = {"title": "A quiet garden", "description": "Opened in 1921.", **fields.pop("item", {})}
    request = CheckCopyRequest.model_validate({"item": item, "copies": copies or [GOOD], **fields})
    call = Call(Deadline.after(budget_s), request.priority, "r")
    return await Checks(KNOBS, PROFILES).check(request, ["QUESTION"], call, caller)


def rules(answer: CheckCopyResponse, copy: int = 0) -> set[str]:
    return {finding.rule for finding in answer.copies[copy].findings}


async def test_each_copy_has_its_findings_and_its_verdict_in_order() -> None:
    answer = await checked(GOOD, BAD)
    assert [copy.verdict for copy in answer.copies] == [Verdict.PASS, Verdict.BLOCK]
    assert (answer.request_id, rules(answer, 1)) == ("r", {"grounding.number"})
    assert answer.timing.wall_ms > 0


async def test_what_a_copy_is_held_against() -> None:
    assert "length.title" in rules(await checked(length_profile="tiny"))
    assert "duplicate.recent" in rules(await checked(recent_copies=[GOOD]))
    assert "format.empty" in rules(await checked({"title": GOOD["title"]}))
    title_only = await checked({"title": GOOD["title"]}, output_fields=["OUTPUT_FIELD_TITLE"])
    assert title_only.copies[0].verdict is Verdict.PASS
    assert not rules(await checked(BAD, item={"caption": "There are 1,500 roses."}))
    assert not rules(await checked(BAD, item={"images": [{"data": PIXEL, "alt_text": "1,500 roses"}]}))


async def test_copies_of_one_request_are_no_duplicates_of_each_other() -> None:
    assert [copy.verdict for copy in (await checked(GOOD, GOOD)).copies] == [Verdict.PASS] * 2


async def test_a_tenants_terms_hold_and_change_the_revision() -> None:
    shop = Caller("shop", terms=WordList([("gate", "block")]), terms_revision="1")
    later = Caller("shop", terms=shop.terms, terms_revision="2")
    answers = [await checked(caller=caller) for caller in (ANYONE, shop, later)]
    assert [answer.copies[0].verdict for answer in answers] == [Verdict.PASS, Verdict.BLOCK, Verdict.BLOCK]
    assert len({answer.rules_revision for answer in answers}) == 3


def test_the_revision_is_that_of_the_settings_and_profiles() -> None:
    off = KNOBS.model_copy(update={"policy": PolicySettings.model_validate({"empty": {"action": "off"}})})
    longer = {**PROFILES, "ios": IOS.model_copy(update={"max_title": 51})}
    reordered = dict(reversed(PROFILES.items()))
    one, same, knobs, profiles = (
        Checks(*given).revision(ANYONE)
        for given in ((KNOBS, PROFILES), (KNOBS, reordered), (off, PROFILES), (KNOBS, longer))
    )
    assert one == same
    assert len({one, knobs, profiles}) == 3


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"length_profile": "tv"}, "length_profile"),
        ({"category": "NO_SUCH"}, "category"),
        ({"item": {"locale": "!"}}, "item.locale"),
        ({"copies": [GOOD, {"title": " "}]}, "copies[1]"),
    ],
)
async def test_what_is_wrong_is_named(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await checked(*fields.pop("copies", ()), **fields)
    assert [violation.field for violation in refused.value.violations] == [field]


async def test_the_time_budget_ends_the_check() -> None:
    with pytest.raises(DeadlineExceeded):
        await checked(*[GOOD] * 64, budget_s=0.001)
