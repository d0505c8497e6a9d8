"""Copy shows what its category cannot do without."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import pytest

from deployments.router.catalogue import FileCatalogue
from tests.unit.serve_app.policy.judge import findings

STYLES = {c.category: c.shows for c in FileCatalogue(kind="file").load().categories if c.shows}


@pytest.mark.parametrize(
    ("category", "text", "shown"),
    [
        ("QUESTION", "Who pours the first espresso?", True),
        ("QUESTION", "谁煮了第一杯咖啡？", True),
        ("QUESTION", "من يصب القهوة؟", True),
        ("QUESTION", "The first espresso of the day", False),
        ("LIST_NUMBER", "12 seats and an espresso", True),
        ("LIST_NUMBER", "Three baristas and an espresso", True),
        ("LIST_NUMBER", "三位咖啡师", True),
        ("LIST_NUMBER", "Often an espresso", False),
        ("QUOTE", "“We roast every bean ourselves”", True),
        ("QUOTE", "They roast every bean", False),
        ("DIRECT", "They roast every bean", True),
        ("", "They roast every bean", True),
    ],
)
def test_a_style_shows(category: str, text: str, shown: bool) -> None:
    found = [f for f in findings(text, category=category, styles=STYLES) if f.rule == "style.category"]
    assert [f.severity.name for f in found] == ([] if shown else ["REVIEW"])


def test_only_styles_that_a_pattern_tells_have_one() -> None:
    assert set(STYLES) == {"QUESTION", "LIST_NUMBER", "QUOTE"}
