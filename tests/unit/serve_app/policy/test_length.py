"""The length rule."""

from __future__ import annotations

import pytest

from deployments.types import CountingUnit, LengthProfile
from serve_app.policy import PolicySettings
from serve_app.policy.length import ENVELOPE_BYTES, LengthRule, payload_bytes
from tests.unit.serve_app.policy.judge import ITEM, rule_ids


@pytest.mark.parametrize(
    ("unit", "title", "long"),
    [
        (CountingUnit.GRAPHEMES, "咖啡咖" + "啡香浓郁诱", False),
        (CountingUnit.WIDTH, "咖啡咖啡咖啡", True),
        (CountingUnit.UTF8_BYTES, "咖啡咖啡", True),
        (CountingUnit.GRAPHEMES, "123456789", True),
    ],
)
def test_length_is_held_in_the_profiles_own_unit(unit: CountingUnit, title: str, long: bool) -> None:
    profile = LengthProfile(length_profile="t", max_title=8, max_body=8, counting_unit=unit)
    assert ("length.title" in rule_ids(title, profile=profile)) is long


def test_a_vendors_character_is_a_code_point() -> None:
    profile = LengthProfile(length_profile="t", max_title=4, max_body=8, counting_unit=CountingUnit.CODE_POINTS)
    assert "length.title" in rule_ids("café\u0301", profile=profile)
    assert "length.title" not in rule_ids("café", profile=profile)


def test_the_whole_payload_is_counted_in_bytes_of_json() -> None:
    profile = LengthProfile(length_profile="t", max_title=500, max_body=4000, max_payload_bytes=256)
    empty = payload_bytes("", "")
    assert empty == len('{"title":"","body":""}') + ENVELOPE_BYTES
    assert payload_bytes('"', "é\n") == empty + 2 + 2 + 2
    fits = "b" * (256 - empty - 1)
    assert "length.payload" not in rule_ids("a", fits, profile=profile)
    assert "length.payload" in rule_ids("aa", fits, profile=profile)


@pytest.mark.parametrize(
    ("title", "limit"),
    [
        ("{{ first_name | default: 'x' }}!", 13),
        ("{{ first_name | default: 'a very long default' }}!", 20),
        ("{{ city | default: 'x' }}!", 15),
    ],
)
def test_a_known_placeholder_counts_as_its_longest_plausible_value(title: str, limit: int) -> None:
    item = ITEM.model_copy(update={"metadata": {"placeholders": title.removesuffix("!")}})
    for most, long in ((limit, False), (limit - 1, True)):
        profile = LengthProfile(length_profile="t", max_title=most, max_body=8)
        assert ("length.title" in rule_ids(title, profile=profile, item=item)) is long


def test_an_operator_knows_longer_names() -> None:
    title = "{{ first_name | default: 'x' }}"
    item = ITEM.model_copy(update={"metadata": {"placeholders": title}})
    settings = PolicySettings(length=LengthRule(longest_values={"first_name": 30}))
    profile = LengthProfile(length_profile="t", max_title=29, max_body=8)
    assert "length.title" in rule_ids(title, profile=profile, item=item, settings=settings)
