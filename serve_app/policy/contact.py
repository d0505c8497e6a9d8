"""Contact rule: a link, e-mail address or phone number that the item does not contain was made up."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import digits

_EMAIL = regex.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# A bare domain counts only with a common ending: "Then.We" is a missing space, not an address.
_URL = regex.compile(
    r"(?:https?://|www\.)\S+|(?<![@\w.-])(?:[a-z0-9-]{1,63}\.)+(?:com|net|org|io|co|app|info|biz|shop|xyz|me|tv|gg|ly|ru|cn|de|"
    r"fr|es|uk|eu|in|br|jp)(?![\w-])(?:/\S*)?",
    regex.IGNORECASE,
)
_PHONE = regex.compile(r"(?<![\w.,])\+?\(?\d[\d\s().\-/]{6,18}\d(?!\w)")
_MIN_PHONE_DIGITS = 9  # a date has eight


class ContactRule(Knobs):
    """Made-up links, e-mail addresses and phone numbers."""

    action: Action = "block"


def contact(copy: Copy, context: PolicyContext, settings: ContactRule) -> Iterator[Hit]:
    """pii.email, pii.link and pii.phone, unless the facts of the item contain the same address."""
    for field, text in fields_of(copy):
        for email in _EMAIL.findall(text):
            if not _grounded(email.casefold(), context):
                yield Hit("pii.email", settings.action, field, email)
        for url in _URL.findall(_EMAIL.sub(" ", text)):
            if not _grounded(_bare(url), context):
                yield Hit("pii.link", settings.action, field, url)
        for phone in _PHONE.findall(text):
            called = digits(phone)
            long_enough = len(called) >= _MIN_PHONE_DIGITS or phone.startswith("+")
            if long_enough and not any(called in evidence.digits for evidence in context.grounds):
                yield Hit("pii.phone", settings.action, field, phone.strip())


def _grounded(address: str, context: PolicyContext) -> bool:
    return any(address in evidence.casefolded for evidence in context.grounds)


def _bare(url: str) -> str:
    return regex.sub(r"^https?://(?:www\.)?|^www\.", "", url.casefold()).rstrip("/.,;:!?)'\"")


CONTACT = Rule(
    "contact",
    contact,
    (
        RuleId("pii.email", "an e-mail address"),
        RuleId("pii.link", "a link"),
        RuleId("pii.phone", "a phone number"),
    ),
)
