# ruff: noqa: RUF001 - letters of other scripts are meant
"""Links and e-mail addresses."""

from __future__ import annotations

import pytest

from serve_app.policy.links import addresses
from serve_app.policy.text import readable


@pytest.mark.parametrize(
    ("text", "kind", "host", "written"),
    [
        ("to a.b@mail.co.uk. Next", "email", "mail.co.uk", "a.b@mail.co.uk"),
        ("ana (at) cafe (dot) com", "email", "cafe.com", "ana (at) cafe (dot) com"),
        ("see t.me/ana_1.", "link", "t.me", "t.me/ana_1"),
        ("at hxxps://www.cafe.top/x!", "link", "cafe.top", "hxxps://www.cafe.top/x"),
        ("кофе точка ру", "link", "кофе.ру", "кофе точка ру"),
        ("c a f e . c o m", "link", "cafe.com", "c a f e . c o m"),
        ("cafe.shop/x.", "link", "cafe.shop", "cafe.shop/x"),
    ],
)
def test_an_address_has_its_host_and_place(text: str, kind: str, host: str, written: str) -> None:
    (found,) = addresses(readable(text))
    assert (found.kind, found.host, text[found.start : found.end]) == (kind, host, written)


@pytest.mark.parametrize(
    "text",
    [
        "ready.Come in",
        "at 5 p.m. in U.S.A.",
        "ASP.NET",
        "will.i.am",
        "el punto es",
        "3.in",
        "т.е.",
        "a site ending in .shop",
        "o domínio com .com",
        "зона на .ru",
    ],
)
def test_other_dots_are_none(text: str) -> None:
    assert list(addresses(text)) == []


def test_a_files_name_is_not_sure() -> None:
    assert [one.is_sure for one in addresses("run setup.py, see script.sh")] == [False, False]
