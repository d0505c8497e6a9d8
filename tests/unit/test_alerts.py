"""`configs/alerts.yaml` and the page for those on call name only metrics, tags and values that the code has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments import errors
from deployments.types import Priority, Source

SERVE_TAGS = {"application", "deployment", "replica"}
# Values of tags that rules may name.
VALUES = {
    "outcome": {"OK", "PARTIAL", "CANCELLED", "INTERNAL"}
    | {e.reason for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.PushGenError)},
    "priority": set(Priority.__members__),
    "source": set(Source.__members__),
    "fate": {"computed", "refused", "expired", "cancelled", "failed"},
    "state": {"running", "waiting"},
    "kind": {"entries", "padding"},
}


@pytest.fixture(scope="module")
def metrics(root: Path) -> dict[str, set[str]]:
    """The tags of each metric of the reference page, by its name."""
    rows = re.findall(
        r"^\| `(pushgen_\w+)` \| (\w+) \| (.*?) \|", (root / "docs/reference/metrics.md").read_text(), re.M
    )
    tags = {name: set(re.findall(r"`(\w+)`", cell)) | SERVE_TAGS for name, _, cell in rows}
    assert len(tags) > 30
    return tags | {
        f"{n}_{s}": tags[n] | {"le"} for n, kind, _ in rows if kind == "histogram" for s in ("bucket", "count")
    }


def rules(root: Path) -> list[dict[str, Any]]:
    document = yaml.safe_load((root / "configs/alerts.yaml").read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def queries(root: Path) -> list[str]:
    page = (root / "docs/on-call.md").read_text()
    return [line for line in page.split("## Queries")[1].splitlines() if "ray_" in line]


def check(expression: str, metrics: dict[str, set[str]]) -> None:
    """Every metric is known with the tags that the expression uses, and so are their values."""
    assert expression.count("(") == expression.count(")")
    named = re.findall(r"ray_(pushgen_\w+)(?:\{([^}]*)\})?", expression)
    assert named, expression
    for name, selectors in named:
        assert name in metrics, f"{name} is no metric"
        for tag, words in re.findall(r'(\w+)=~?"([^"]*)"', selectors):
            assert tag in metrics[name], f"{name} has no tag {tag}"
            assert set(words.split("|")) <= VALUES[tag], f"{tag} is never one of {words}"
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        for tag in grouped.split(", "):
            assert all(tag in metrics[name] for name, _ in named), f"no tag {tag}"


def test_rules_have_what_prometheus_and_a_person_need(root: Path) -> None:
    names = [rule["alert"] for rule in rules(root)]
    assert len(names) == len(set(names))
    for rule in rules(root):
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+m", rule["for"])
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


def test_rules_are_about_metrics_that_exist(root: Path, metrics: dict[str, set[str]]) -> None:
    for rule in rules(root):
        check(rule["expr"], metrics)


def test_queries_of_the_page_are_too(root: Path, metrics: dict[str, set[str]]) -> None:
    assert len(queries(root)) > 3
    for query in queries(root):
        check(query, metrics)


def test_the_page_names_only_metrics_that_exist(root: Path, metrics: dict[str, set[str]]) -> None:
    named = set(re.findall(r"`(?:ray_)?(pushgen_\w+)", (root / "docs/on-call.md").read_text()))
    assert named
    assert named - metrics.keys() == set()


def test_the_check_finds_what_is_wrong(metrics: dict[str, set[str]]) -> None:
    for wrong in (
        "ray_pushgen_nothing > 1",
        'ray_pushgen_requests_total{verb="x"} > 1',
        'ray_pushgen_requests_total{outcome="FINE"} > 1',
        "sum by (stage) (ray_pushgen_requests_total) > 1",
    ):
        with pytest.raises(AssertionError):
            check(wrong, metrics)
