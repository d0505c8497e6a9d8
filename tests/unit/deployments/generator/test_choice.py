"""Whose adapter writes: the caller's wish, the operator's default, or none."""

from __future__ import annotations

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import InvalidInput, Misconfigured
from deployments.fakes import FakeGenerator
from deployments.generator.choice import adapter_violations, chosen
from deployments.generator.settings import GeneratorSettings
from deployments.settings import parse
from tests.unit.deployments.generator.fake_engine import task


@pytest.mark.parametrize(
    ("wish", "default", "writes"),
    [
        (None, "", ""),
        (None, "news", "news"),
        (None, "base", ""),
        ("sport", "news", "sport"),
        ("sport", "", "sport"),
        ("base", "news", ""),
    ],
)
def test_the_wish_wins_over_the_default_and_base_is_no_adapter(wish: str | None, default: str, writes: str) -> None:
    assert chosen(wish, default) == writes


@pytest.mark.parametrize("wish", [None, "", "base", "news"])
def test_these_may_always_be_asked_for(wish: str | None) -> None:
    assert adapter_violations(wish, ("news",)) == []


@pytest.mark.parametrize(("adapters", "listed"), [((), "base"), (("news", "sport"), "base, news, sport")])
def test_an_unknown_name_is_answered_with_those_there_are(adapters: tuple[str, ...], listed: str) -> None:
    assert adapter_violations("nws", adapters) == [("options.adapter", f"unknown adapter 'nws'; known: {listed}")]


async def test_a_fake_refuses_an_adapter_and_does_not_ignore_it() -> None:
    call = Call(Deadline.after(5))
    with pytest.raises(InvalidInput) as caught:
        await anext(FakeGenerator().generate(task(adapter="news"), call))  # type: ignore[arg-type]
    assert [v.field for v in caught.value.violations] == ["options.adapter"]
    assert len([draft async for draft in FakeGenerator().generate(task(adapter="base"), call)]) == 4


def test_no_adapter_may_have_the_name_of_the_model_itself() -> None:
    with pytest.raises(Misconfigured, match=r"engine\.adapters\.base: .* use another name"):
        parse(GeneratorSettings, {"engine": {"model": "m", "adapters": {"base": "folder"}}}, "args")
