"""The operator's templates: which locale's is used, and which are refused at the start."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from deployments.types import Incumbent, IncumbentKind
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.operator_templates import with_operators

TEMPLATES: dict[str, Any] = {
    "en": {"title": "{{ title }}", "body": "New on our pages."},
    "pt-PT": {"title": "{{ title }}"},
    "zh": {"title": "{{ title }}"},
    "zh-Hant": {"title": "{{ title }}", "body": "新內容"},
}
KNOBS = IngressKnobs.model_validate({"templates": TEMPLATES})


@pytest.mark.parametrize(
    ("locale", "used"),
    [
        ("", "en"),
        ("en-GB", "en"),
        ("pt-BR", "pt-PT"),
        ("zh-CN", "zh"),
        ("zh-TW", "zh-Hant"),
        ("es", None),
        ("sr", None),
    ],
)
def test_the_template_of_the_nearest_locale_is_added(locale: str, used: str | None) -> None:
    added = with_operators((), locale, KNOBS.templates)
    assert [(t.id, t.kind, t.title, t.body) for t in added] == (
        [("i0", IncumbentKind.TEMPLATE, KNOBS.templates[used].title, KNOBS.templates[used].body)] if used else []
    )


def test_a_requests_own_template_is_enough_and_its_human_copy_is_not() -> None:
    human, own = Incumbent(id="a", title="Hi"), Incumbent(id="b", title="{title}", kind=IncumbentKind.TEMPLATE)
    assert with_operators((human, own), "en", KNOBS.templates) == (human, own)
    assert [i.id for i in with_operators((human,), "en", KNOBS.templates)] == ["a", "i0"]
    assert with_operators((human,), "en", {}) == (human,)


@pytest.mark.parametrize(
    ("templates", "error"),
    [
        ({"english!": {"title": "x"}}, "is not a BCP-47 language tag"),
        ({"en": {"title": " "}}, "has neither title nor body"),
        ({"en": {"title": "{{ title"}}, "is no template"),
        ({"en": {"text": "x"}}, "did you mean"),
    ],
)
def test_a_faulty_template_is_refused_with_the_knobs(templates: dict[str, Any], error: str) -> None:
    with pytest.raises(ValidationError, match=error):
        IngressKnobs.model_validate({"templates": templates})
