"""The placeholder rule: what other systems leave unfilled, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deployments.types import Copy, Item, LengthProfile, Severity
from serve_app.policy import PolicyContext, PolicySettings, check
from serve_app.policy.placeholder import PlaceholderRule

CONTEXT = PolicyContext.of(
    item=Item(title="Coffee and cake", metadata={"roast": "dark"}),
    caption="",
    profile=LengthProfile(length_profile="long", max_title=200, max_body=500),
)


def found(text: str, context: PolicyContext = CONTEXT, **settings: str) -> list[tuple[str, str, Severity]]:
    policy = PolicySettings(placeholder=PlaceholderRule(**settings))  # type: ignore[arg-type]
    findings = check(Copy(title=text), context, policy, only=("placeholder",))
    return [(f.rule, f.text, f.severity) for f in findings]


@pytest.mark.parametrize(
    "leftover",
    [
        *("{{ first_name }}", "{{title}}", "{{", "{{#if x}}", "{{{x}}}", "{% if x %}", "{%", "{# note #}"),
        *(
            "{name}",
            "{ title }",
            "{first_name}",
            "{firstName}",
            "{user.city}",
            "{price:usd}",
            "{0}",
            "{x|y}",
            "{roast}",
        ),
        *("${name}", "${ price }", "#{name}", "%{name}", "@{name}", "{!Contact.FirstName}", "{$name}", "$name"),
        *("$first_name", "%price%", "%FIRST_NAME%", "%recipient.name%", "%%name%%", "%%[name]%%", "%s", "%1$s", "%@"),
        *("%(name)s", "[[name]]", "[[ First Name ]]", "[First Name]", "[NAME]", "[Your brand]", "[insert link]"),
        *("[%name%]", "*|FNAME|*", "*|IF:X|*", "<%= x %>", "<% if x %>", "<?= $x ?>", "<?php x ?>", "<<First Name>>"),
        *(
            "<BRAND NAME>",
            "<first_name>",
            "__NAME__",
            "##NAME##",
            "@@name@@",
            "[object Object]",
            "\uff5b\uff5btitle\uff5d\uff5d",
        ),
        "{{ first\n_name }}",
        *("%%=v(@x)=%%", '%%=ProperCase(AttributeValue("x"), 1)=%%', "%%[ SET @x = 'a' ]%%", "%%=v(@x"),
        *("#NAME#", "#first_name#", "|NAME|", "|*FNAME*|", "~name~", "^Name^", "$(name)", "$(user.name)", "$!name"),
        *("«first_name»", "«FirstName»", "«firstName»", "«NAME»", "««name»»", "@Profile - Name", "@Event - Price"),
        *("<name>", "<First name>"),
    ],
)
def test_a_placeholder_is_blocked(leftover: str) -> None:
    for text in (leftover, f"Hi {leftover}, coffee?"):
        ((code, _, severity),) = found(text)
        assert (code, severity) == ("placeholder.unfilled", Severity.BLOCK)


def test_the_end_of_one_is_blocked_too() -> None:
    assert found("Hi first_name }}, coffee?")
    assert found("Hi there %}")


@pytest.mark.parametrize(
    "text",
    [
        *("100%", "50% off, 20% more", "10%-20% off", "From 5% to 10%", "100%organic and 50%local", "caf%C3%A9"),
        *("C++ {set} and {map}", "Sets {1, 2, 3}", "He said [sic] so", "[Video] Coffee", "[First look] The new roast"),
        *(
            "[Last chance] Coffee",
            "[Date night] Cake",
            "$5 off",
            "Only 5$",
            "A$AP Rocky",
            "Ke$ha",
            "$TSLA is up",
            "US$ 5",
        ),
        *(
            "f*** the queue",
            "a <3 b",
            "1 < 2 > 0",
            "#coffee",
            "@coffee",
            "a_b",
            "5 % 3",
            "(*)",
            "|| or",
            ":-} fun",
            "}:-)",
        ),
        *("Cake & co.", "[1]", "[...]", "{}", "«Coffee»", "le mot «nom»", "« Le Nom de la rose »", "«Le prix»"),
        *("#Name", "#Name #City", "#Title#Brand", "#Coffee#", "#1 #2#", "~5 km", "~5~ km", "|x|", "Name | City | Date"),
        *("$(5)", "$(ls)", "@Profile", "@ana - Name your price", "Coffee @Event - come", "100%%", "<title>"),
    ],
)
def test_plain_text_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("leftover", ["{dish}", "{}", "[item photo here]", "[first look]"])
def test_a_model_that_leaves_a_word_in_braces_meant_a_placeholder(leftover: str) -> None:
    assert found(leftover) == []
    assert found(leftover, replace(CONTEXT, generated=True))


@pytest.mark.parametrize("text", ["{{ mustache }}", "C++ {set}", "[[wiki]]", "<% %>", "${x}"])
def test_what_the_item_says_itself_is_for_a_person_to_judge(text: str) -> None:
    said = PolicyContext.of(Item(title=f"How {text} works"), "", CONTEXT.profile, generated=True)
    ((_, excerpt, severity),) = found(f"Learn {text}", said)
    assert (excerpt in text, severity) == (True, Severity.REVIEW)
    assert found(f"Learn {text}", said, quoted="off") == []
    assert found(f"Learn {text} {{{{ y }}}}", said)[0][1:] == ("{{ y }}", Severity.BLOCK)


@pytest.mark.parametrize("text", ["{{ first_name }}", "*|FNAME|*", "%price%", "{{title}}"])
def test_an_item_that_was_not_rendered_itself_is_no_excuse(text: str) -> None:
    assert (
        found(f"Hi {text}", PolicyContext.of(Item(title=f"{text}, come"), "", CONTEXT.profile))[0][2] is Severity.BLOCK
    )


@pytest.mark.parametrize("text", ["«name»", "« Date »", "«Discount Store»"])
def test_plain_words_in_guillemets_may_be_a_quotation(text: str) -> None:
    assert found(f"Le mot {text}")[0][1:] == (text, Severity.REVIEW)
    assert found(f"Le mot {text} %price%")[0][1:] == ("%price%", Severity.BLOCK)


def test_a_templates_own_words_are_no_excuse() -> None:
    assert found("{{ x }}", replace(CONTEXT, own_words="{{ x }}"))[0][2] is Severity.BLOCK


def test_it_can_be_switched_off() -> None:
    assert found("{{ x }}", action="off") == []
