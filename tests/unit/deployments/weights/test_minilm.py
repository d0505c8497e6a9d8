"""The sentence encoder is a whole model where its package put it."""

from __future__ import annotations

import json

from deployments.weights.minilm import PACKAGE


def test_the_installed_package_holds_an_encoder_of_the_sizes_that_models_were_trained_on() -> None:
    assert PACKAGE.ready()
    folder = PACKAGE.resolve()
    config = json.loads((folder / "config.json").read_text())
    assert (config["model_type"], config["hidden_size"], config["num_hidden_layers"]) == ("bert", 384, 6)
    assert {"model.safetensors", "tokenizer.json"} <= {file.name for file in folder.iterdir()}
