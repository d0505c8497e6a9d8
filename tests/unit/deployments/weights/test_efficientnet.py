from __future__ import annotations

from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.weights.efficientnet import class_names, kind_of
from deployments.weights.package import folder_of


def test_the_thousand_classes_have_readable_names() -> None:
    names = class_names(folder_of("timm", "timm") / "data" / "_info")
    assert len(names) == 1000
    assert (names[0][0], names[281], names[967]) == ("tench", ["tabby", "tabby cat"], ["espresso"])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Chihuahua", "dog"),
        ("Mexican hairless", "dog"),
        ("Egyptian cat", "cat"),
        ("timber wolf", "wolf"),
        ("goldfish", "fish"),
        ("puffer", "fish"),
        ("cock", "bird"),
        ("albatross", "bird"),
        ("cougar", ""),
        ("espresso", ""),
    ],
)
def test_animals_have_an_everyday_word(name: str, kind: str) -> None:
    names = [n[0] for n in class_names(folder_of("timm", "timm") / "data" / "_info")]
    assert kind_of(names.index(name)) == kind


def test_missing_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="class names"):
        class_names(tmp_path)
