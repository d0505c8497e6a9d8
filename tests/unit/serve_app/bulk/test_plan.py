"""A Serve config as the plan of a job."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured
from serve_app.bulk.plan import Plan, patient
from serve_app.demo.config import read
from serve_app.flow.knobs import IngressKnobs
from serve_app.settings import AppSettings


def test_a_plan_has_the_settings_and_knobs_of_the_config(root: Path) -> None:
    plan = Plan.of(root / "configs/demo.yaml")
    assert plan.settings.generator.kind == "vllm"
    assert plan.knobs.selection.fit.minimum == 0.2
    assert plan.knobs.defaults.time_budget_ms == plan.knobs.limits.max_time_budget_ms
    assert (plan.knobs.admission.max_in_flight, plan.knobs.admission.adaptive) == (plan.concurrency, False)
    assert plan.user_configs["router"]["catalogue"]["path"] == "configs/categories.yaml"
    assert pickle.loads(pickle.dumps(plan)).digest == plan.digest  # noqa: S301 - our own


def test_nothing_is_taken_away_under_load() -> None:
    knobs = IngressKnobs.model_validate({"ladder": {"steps": [{"candidates_per_category": 1}]}})
    assert knobs.ladder is not None
    assert patient(knobs, 8).ladder is None


def test_the_digest_is_that_of_what_decides(root: Path, tmp_path: Path) -> None:
    text = (root / "configs/fake.yaml").read_text()
    config = tmp_path / "c.yaml"
    digests: set[str] = set()
    more_cpus = text.replace("num_cpus: 0.1", "num_cpus: 0.2")
    for one in (text, text + "# a comment\n", more_cpus, text.replace("latency_ms: 5", "latency_ms: 6")):
        config.write_text(one)
        digests |= {Plan.of(config).digest, Plan.of(config, concurrency=3, sharing=2).digest}
    assert len(digests) == 2
    assert Plan.of(config, tenant="shop").digest not in digests


def test_a_worker_gets_what_its_stages_have(root: Path) -> None:
    assert Plan.of(root / "configs/gpu.yaml").resources["num_gpus"] == 1


def test_stages_on_more_than_one_gpu_are_refused(root: Path) -> None:
    with pytest.raises(Misconfigured, match=r"2\.5 in sum.*share a card"):
        Plan.of(root / "configs/cluster.yaml")


def test_workers_of_one_machine_share_its_cores(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve_app.bulk.plan.usable_cpus", lambda: 8)

    def threads(config: str, sharing: int) -> int | None:
        settings = Plan.of(root / "configs" / config, sharing=sharing).settings
        return settings.generator.engine.cpu_threads  # type: ignore[union-attr]

    assert [threads("demo.yaml", n) for n in (1, 2, 3, 99)] == [None, 4, 2, 1]
    assert Plan.of(root / "configs/fake.yaml", sharing=2).settings.generator.kind == "fake"


def test_an_engine_on_cores_computes_more_sequences_and_one_on_a_card_as_many(root: Path, tmp_path: Path) -> None:
    def engine(config: Path) -> EngineSettings:
        return Plan.of(config).settings.generator.engine  # type: ignore[union-attr]

    on_cores = engine(root / "configs/demo.yaml")
    assert (on_cores.max_num_seqs, on_cores.kv_cache_bytes) == (2 * 16, 2 * 192 * 2**20)
    assert on_cores.max_num_batched_tokens is None
    narrow = (root / "configs/demo.yaml").read_text().replace("max_num_seqs: 16", "max_num_seqs: 64")
    config = tmp_path / "narrow.yaml"
    config.write_text(
        narrow.replace("max_model_len: 1024", "max_model_len: 1024\n          max_num_batched_tokens: 100")
    )
    assert engine(config).max_num_batched_tokens == 2 * 64
    on_a_card = AppSettings.model_validate(read(root / "configs/gpu.yaml")["applications"][0]["args"]).generator
    assert engine(root / "configs/gpu.yaml") == on_a_card.engine  # type: ignore[union-attr]


def test_a_config_of_another_application_is_refused(root: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text((root / "configs/fake.yaml").read_text().replace("serve_app.app:build", "tests.conftest:root"))
    with pytest.raises(Misconfigured, match="no application"):
        Plan.of(config)
