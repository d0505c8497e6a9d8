from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.demo.flags import SERVE_FLAGS
from serve_app.demo.local import LocalServe
from serve_app.kuberay.pods import Pods


def test_a_local_run_and_a_pod_have_the_same_flags(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVE_FLAGS:
        monkeypatch.delenv(name, raising=False)
    app = LocalServe(root / "configs/fake.yaml")
    try:
        local = app._make_environment()
    finally:
        app.stop()
    pods = Pods(
        name="pushgen", image="", gpu_image="", http_port=8000, grpc_port=9000, drain_s=1, gib_per_cpu=4, access=None
    )
    pod = {each["name"]: each["value"] for each in pods.head()["spec"]["containers"][0]["env"]}
    assert SERVE_FLAGS.items() <= local.items()
    assert SERVE_FLAGS.items() <= pod.items()


@pytest.mark.parametrize("flag", SERVE_FLAGS)
def test_the_docs_name_each_flag(root: Path, flag: str) -> None:
    assert flag in (root / "docs/operate.md").read_text(encoding="utf-8")
