"""Settings are refused by name, with the nearest key, and all at once."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from pydantic import ValidationError
from ray._private.label_utils import validate_label_selector

from deployments.errors import Misconfigured
from deployments.settings import Knobs, Scaling, Settings, describe, parse


class Inner(Settings):
    timeout_s: int = 1
    retries: int = 2


class Outer(Settings):
    inner: Inner = Inner()
    listed: tuple[Inner, ...] = ()
    name: str = ""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"nmae": "x"}, "here: settings: unknown key 'nmae'; did you mean 'name'?"),
        ({"inner": {"timeout": 3}}, "here: inner: unknown key 'timeout'; did you mean 'timeout_s'?"),
        ({"listed": [{}, {"retrys": 3}]}, "here: listed.1: unknown key 'retrys'; did you mean 'retries'?"),
        ({"inner": {"timeout_s": "soon"}}, "here: inner.timeout_s: Input should be a valid integer"),
        ({5: "x"}, "here: settings: unknown key 5; did you mean"),
        (None, "here: settings: "),
        ([], "here: settings: "),
    ],
)
def test_what_is_wrong_is_named_by_its_path(data: object, message: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse(Outer, data, "here")
    assert str(caught.value).startswith(message)


def test_every_violation_is_named_at_once_and_nothing_is_added_to_it() -> None:
    with pytest.raises(Misconfigured) as caught:
        parse(Outer, {"inner": {"timeout_s": "a", "retries": "b"}, "name": 3}, "args")
    assert [part.split(":")[0] for part in str(caught.value).removeprefix("args: ").split("; ")] == [
        "inner.timeout_s", "inner.retries", "name",
    ]  # fmt: skip
    assert "Value error" not in str(caught.value)
    assert caught.value.__cause__ is None, "an operator reads one line, not a traceback of pydantic"


@pytest.mark.parametrize(
    ("scaling", "words"),
    [
        ({"label_selector": {"pool": "-gpu"}}, r"label_selector\.pool"),
        ({"label_selector": {"a pool": "gpu"}}, r"label_selector\.a pool"),
        ({"label_selector": {"pool": "in()"}}, r"label_selector\.pool"),
        ({"max_replicas_per_node": 0}, "max_replicas_per_node"),
        ({"max_surge_percent": 101}, "max_surge_percent"),
        ({"num_gpus": 2, "max_replicas_per_node": 1}, "max_replicas_per_node=1 with num_gpus=2: Serve has it not"),
    ],
)
def test_a_placement_that_serve_or_ray_would_refuse_is_named(scaling: dict, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        parse(Scaling, scaling, "scaling")


@pytest.mark.parametrize(
    "condition", ["gpu", "!spot", "in(a100, h100)", "!in(spot,on-demand)", "-gpu", "in()", "a b", ""]
)
def test_a_node_label_is_asked_for_in_the_words_of_ray(condition: str) -> None:
    """Ray takes an empty one for a label without value; here it would be a slip."""
    allowed = bool(condition) and validate_label_selector({"pool": condition}) is None
    with nullcontext() if allowed else pytest.raises(Misconfigured):
        parse(Scaling, {"label_selector": {"pool": condition, "ray.io/node-group": "x"}}, "scaling")


def test_a_model_without_fields_has_no_nearest_key() -> None:
    class Nothing(Knobs):
        pass

    with pytest.raises(Misconfigured, match=r"unknown key 'x'$"):
        parse(Nothing, {"x": 1}, "here")


def test_what_is_right_is_returned_and_cannot_be_changed() -> None:
    settings = parse(Outer, {"inner": {"retries": 5}}, "here")
    assert (settings.inner.retries, settings.inner.timeout_s) == (5, 1)
    with pytest.raises(ValidationError, match="frozen"):
        settings.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"min_replicas": 3, "max_replicas": 2}, "max_replicas=2 is below min_replicas=3"),
        (
            {"target_ongoing_requests": 17, "max_ongoing_requests": 16},
            "target_ongoing_requests=17.0 exceeds max_ongoing_requests=16",
        ),
        ({"min_replicas": -1}, "min_replicas"),
        ({"max_replicas": 0}, "max_replicas"),
        ({"max_queued_requests": 0}, "max_queued_requests"),
        ({"num_gpus": -1}, "num_gpus"),
    ],
)
def test_impossible_scaling_is_refused(fields: dict[str, float], words: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse(Scaling, fields, "scaling")
    assert words in str(caught.value)


def test_a_stage_may_scale_from_zero_and_reach_its_bounds() -> None:
    scaling = parse(Scaling, {"min_replicas": 0, "target_ongoing_requests": 16, "max_ongoing_requests": 16}, "scaling")
    assert (scaling.min_replicas, scaling.max_replicas) == (0, 1)


def test_an_error_of_the_whole_model_has_no_path_of_its_own() -> None:
    with pytest.raises(ValidationError) as caught:
        Scaling(min_replicas=2)
    assert describe(caught.value) == "settings: max_replicas=1 is below min_replicas=2"


def test_variables_of_a_stage_are_in_no_repr() -> None:
    """One may be a token of a model hub."""
    assert "hub-token" not in repr(Scaling(env_vars={"HF_TOKEN": "hub-token"}))
