"""Incumbents as candidates: what a template makes of an item, and what it is refused for."""

from __future__ import annotations

import pytest

from deployments.types import MAX_SHORT_TEXT, Candidate, Copy, Incumbent, IncumbentKind, Item, Source
from serve_app.flow.liquid_engine import TemplateError
from serve_app.flow.templates import as_candidate, check_syntax

ITEM = Item(
    title="Fresh bread",
    creator="Ana",
    tags=("bakery", "rye"),
    metadata={"city": "Porto", "price": "5", "opening hours": "6 to 12", "title": "Stale bread", "user.name": "Sam"},
)


def template(title: str, body: str = "") -> Incumbent:
    return Incumbent(id="t", title=title, body=body, kind=IncumbentKind.TEMPLATE)


def rendered(source: str, item: Item = ITEM) -> Candidate:
    return as_candidate(template(source), item).candidate


def rule_ids(candidate: Candidate) -> list[tuple[str, str]]:
    return [(finding.rule, finding.text) for finding in candidate.findings]


def test_a_human_copy_keeps_its_braces() -> None:
    candidate = as_candidate(Incumbent(id="i", title="{title} of the day"), ITEM).candidate
    assert (candidate.title, candidate.source) == ("{title} of the day", Source.INCUMBENT)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{title}}", "Fresh bread"),
        ("{{ title }} by {{creator}}", "Fresh bread by Ana"),
        ("{{ item.title }} in {{ item.city }}", "Fresh bread in Porto"),
        ("{{ city }}, {{ metadata.city }}, {{ metadata['opening hours'] }}", "Porto, Porto, 6 to 12"),
        ("{{ metadata['user.name'] }}", "Sam"),
        ("{{ metadata.title }}", "Stale bread"),
        ("{{ tags | join: ', ' }}: {{ tags.first }}, {{ tags.size }}", "bakery, rye: bakery, 2"),
        ("{{ title | upcase }} {{ price | times: 2 }}", "FRESH BREAD 10"),
        ('Hi {{ first_name | default: "there" }}!', "Hi there!"),
        ('Hi {{ first_name | capitalize | default: "there" }}!', "Hi there!"),
        ("{{ first_name | default: title }}", "Fresh bread"),
        ("{% if first_name %}Hi {{ first_name }}{% else %}Hello{% endif %}", "Hello"),
        ("{% unless sale %}New{% endunless %}", "New"),
        ("{% if tags contains 'rye' %}Rye{% endif %}", "Rye"),
        ("{% for tag in tags %}#{{ tag }} {% endfor %}", "#bakery #rye "),
        ("{% for x in colours %}{{ x }}{% else %}none{% endfor %}", "none"),
        ("{% assign a = title | append: '!' %}{{ a }}", "Fresh bread!"),
        ("{% case city %}{% when 'Porto' %}Olá{% endcase %}", "Olá"),
        ("{%- comment -%} a note {%- endcomment -%} Hi", "Hi"),
        ("{{ '2026-01-02' | date: '%d %B' }}", "02 January"),
        # The short form, by itself and beside Liquid.
        ("{title}", "Fresh bread"),
        ("{ creator } in {city}: {opening hours}", "Ana in Porto: 6 to 12"),
        ("{title} {{ city }}", "Fresh bread Porto"),
        ("{{ 'a {title}' }}", "a {title}"),
        ("50% off, 20% more", "50% off, 20% more"),
        ("a } b", "a } b"),
        ("{title} :-}", "Fresh bread :-}"),
        ("({title}) [{city}]", "(Fresh bread) [Porto]"),
    ],
)
def test_a_template_is_filled(source: str, text: str) -> None:
    candidate = rendered(source)
    assert (candidate.title, rule_ids(candidate), candidate.rejected) == (text, [], False)
    assert candidate.source is Source.TEMPLATE


@pytest.mark.parametrize(
    ("source", "placeholders"),
    [
        ("Hi {{ first_name }}", ["{{ first_name }}"]),
        ("{{a}} and {{ b.c }}", ["{{ a }}", "{{ b.c }}"]),
        ("{{ metadata.colour }}", ["{{ metadata.colour }}"]),
        ("{{ first_name | upcase }}", ["{{ first_name }}"]),
        ("{{ 'Hi ' | append: first_name }}", ["{{ first_name }}"]),
        ("{{ price | times: factor }}", ["{{ factor }}"]),
        ("{% assign x = first_name %}{{ x }}", ["{{ first_name }}"]),
        ("{% capture x %}{{ first_name }}{% endcapture %}{{ x }}", ["{{ first_name }}"]),
        ("{% echo first_name %}", ["{{ first_name }}"]),
        ("{{ title.first }}", ["{{ title.first }}"]),
        ("{{ now }} {{ today }}", ["{{ now }}", "{{ today }}"]),
        ("{{ description }}", ["{{ description }}"]),
        ("{price} {colour}", ["{colour}"]),
        ("{price:usd}", ["{price:usd}"]),
        ('{"title": 1}', ['{"title": 1}']),
        ("{tags}", ["{tags}"]),
        ("{}", ["{}"]),
    ],
)
def test_a_value_that_is_missing_is_named_and_rejects_the_template(source: str, placeholders: list[str]) -> None:
    candidate = rendered(source)
    assert candidate.rejected
    assert rule_ids(candidate) == [("template.value", placeholder) for placeholder in placeholders]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ title", "expected"),
        ("{% if title %}", "end"),
        ("{% if %}x{% endif %}", "if"),
        ("{{ title | shout }}", "unknown filter 'shout'"),
        ("{{ title upcase }}", "near"),
        ("{{${first_name}}}", "near"),
        ("{{ ${first_name} }}", "near"),
        ("{{{ title }}}", "{{{"),
        ("{ {title} }", "braces"),
        ("{ { title } }", "braces"),
        ("{ {{ title }} }", "braces"),
        ("{ {title}", "braces"),
        ("{title} }", "braces"),
        ("${ {title} }", "braces"),
        ("{ {% if title %}{title}{% endif %} }", "braces"),
        ("{name: {title} }", "braces"),
        ("{{#if title}}x{{/if}}", "near"),
        ("{{ title|default('x') }}", "near"),
        ("{% include 'a' %}", "unexpected tag 'include'"),
        ("{% render '/etc/passwd' %}", "unexpected tag 'render'"),
        ("{% frobnicate %}", "frobnicate"),
        ("{{ price | divided_by: 0 }}", "divided"),
        ("{{ title | date: }}", ""),
        ("{% break %}", "break"),
        ("{{ " + "a[" * 100 + "}}", ""),
    ],
)
def test_a_template_with_a_fault_is_rejected_in_words_and_stays_as_it_is(source: str, words: str) -> None:
    candidate = rendered(source)
    ((code, excerpt),) = rule_ids(candidate)
    assert (code, candidate.title, candidate.rejected) == ("template.syntax", source, True)
    assert words in excerpt
    assert 3 < len(excerpt) <= 120


def test_each_field_is_reported() -> None:
    candidate = as_candidate(template("{{ a }}", "{{ b"), ITEM).candidate
    assert [(f.field, f.rule) for f in candidate.findings] == [
        ("title", "template.value"),
        ("body", "template.syntax"),
    ]


def test_a_value_is_never_rendered() -> None:
    item = ITEM.model_copy(update={"title": "{{ creator }} {city} {% if %}", "metadata": {"city": "{title}"}})
    assert rendered("{{ title }}|{title}|{city}", item).title == (
        "{{ creator }} {city} {% if %}|{{ creator }} {city} {% if %}|{title}"
    )


def test_metadata_do_not_stand_in_for_the_items_own_fields() -> None:
    item = Item(title="Fresh bread", metadata={"title": "x", "description": "x", "creator": "x", "tags": "x"})
    assert rendered("{{ title }}{title}", item).title == "Fresh breadFresh bread"
    for name in ("description", "creator", "tags"):
        assert rule_ids(rendered(f"{{{{ {name} }}}}", item)) == [("template.value", f"{{{{ {name} }}}}")]
    assert rendered("{{ metadata.description }}", item).title == "x"
    odd = Item(title="Fresh bread", metadata={"item": "x", "metadata": "y", 'a"b': "z", "empty": " "})
    assert rendered("{{ item.title }} {{ metadata.item }}", odd).title == "Fresh bread x"
    assert rendered('{a"b}{empty}', odd).rejected


def test_a_filled_template_that_is_too_long_is_cut_and_rejected() -> None:
    candidate = as_candidate(template("{long}"), ITEM.model_copy(update={"metadata": {"long": "x" * 9999}})).candidate
    assert [f.rule for f in candidate.findings] == ["length.title"]
    assert len(candidate.title) == MAX_SHORT_TEXT


def test_the_authors_words_that_are_sent_are_told_apart_from_the_templates() -> None:
    source = template(
        "{{ title }}: {% for tag in tags %}{{ tag }} {% endfor %}{% if city %}today{% endif %}", "{creator}!"
    )
    candidate, values = as_candidate(source, ITEM)
    assert (candidate.title, candidate.body) == ("Fresh bread: bakery rye today", "Ana!")
    assert (values.title.split("\n"), values.body) == (["Fresh bread", "bakery", "rye"], "Ana")
    assert as_candidate(template("{{ title | upcase }}"), ITEM).values.title == ""  # the whole copy is checked too
    assert as_candidate(Incumbent(id="i", title="Fresh bread"), ITEM).values == Copy()


@pytest.mark.parametrize("source", ["{{ title", "{% if a %}", "{ {title} }", "{{ a | nofilter }}"])
def test_a_template_that_no_item_could_fill_is_known_beforehand(source: str) -> None:
    with pytest.raises(TemplateError):
        check_syntax(source)
    check_syntax("{title} {{ anything }}")
