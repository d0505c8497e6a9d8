"""The config that the engine step starts: room on the card for the bare engine beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.engine.measure import generator_of
from benchmarks.gpu import steps
from deployments.settings import parse
from serve_app.settings import AppSettings


def test_the_graph_and_the_bare_engine_fit_one_card(tmp_path: Path) -> None:
    path = steps._config(tmp_path / "models", tmp_path, steps.beside_bare)
    generator, _ = generator_of(path)
    application = steps.yaml.safe_load(path.read_text())["applications"][0]
    settings = parse(AppSettings, application["args"], "gpu")
    encoders = settings.scaling.router.num_gpus + settings.scaling.reward.num_gpus
    engines = settings.captioner.engine, settings.generator.engine, generator.engine  # type: ignore[union-attr]
    assert sum(e.gpu_memory_utilization for e in engines) + encoders < 1
    assert generator.engine.load_format == "dummy"


def test_a_step_is_a_function_of_the_models() -> None:
    assert list(steps.STEPS) == ["card", "encoder", "scorer", "start", "engine", "load"]
    with pytest.raises(FileNotFoundError):
        steps._config(Path("models"), Path("no-such-folder"), steps.beside_bare)
