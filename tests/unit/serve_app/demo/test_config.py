"""Configs that cannot be: each is refused with its file, the key and what is expected."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from ray.serve import schema
from typer.testing import CliRunner

from deployments.errors import Misconfigured
from serve_app.demo import config
from serve_app.demo.__main__ import app
from serve_app.demo.config import read


@pytest.fixture
def good(root: Path) -> str:
    return (root / "configs/fake.yaml").read_text()


def refusal(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(Misconfigured) as caught:
        read(path)
    return str(caught.value)


def numbered(words: list[str], text: str, changed: str) -> list[str]:
    """The words with numbers of lines: `{}` is the line at which `changed` begins, `{+1}` the next."""
    line = text[: text.index(changed)].count("\n") + 1
    return [re.sub(r"\{(\+\d+)?\}", lambda found: str(line + int(found[1] or 0)), word) for word in words]


def test_the_shipped_configs_are_read(root: Path) -> None:
    for name in ("fake", "demo", "demo-large", "openai", "gpu", "cluster"):
        assert read(root / f"configs/{name}.yaml")["applications"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty"]),
        ("# only a comment\n", ["empty"]),
        ("---\n...\n", ["empty"]),
        ("- a\n- b\n", ["c.yaml: keys with values are expected"]),
        ("just words\n", ["keys with values are expected", "not 'just words'"]),
        ("42\n", ["keys with values are expected", "not 42"]),
        ("a: b: c\n", ["line 1", "not YAML"]),
        ("a:\n\tb: 1\n", ["line 2", "not YAML", "spaces"]),
        ("a: [1, 2\n", ["not YAML"]),
        ("a: *nothing\n", ["line 1", "not YAML"]),
        ("a: 1\n---\nb: 2\n", ["line 2", "not YAML"]),
        ("a: !!python/object:os.system {}\n", ["line 1", "not YAML"]),
        ("a: 2026-99-99\n", ["not a config"]),
        ("[" * 5000, ["nested too deeply"]),
        ("a: &a [*a]\n", ["c.yaml"]),
        ("a: \x07\n", ["not YAML"]),
        ("a: 'caf\u00e9'\n".encode("latin-1"), ["line 1", "not UTF-8"]),
        (b"\xff\xfea\x00:\x00", ["not UTF-8"]),
        ("x" * 2_000_000, ["larger"]),
    ],
)  # fmt: skip
def test_what_is_no_config_is_refused_in_words(tmp_path: Path, text: str | bytes, words: list[str]) -> None:
    reason = refusal(tmp_path / "c.yaml", text)
    assert [w for w in ["c.yaml", *words] if w not in reason] == []
    assert "Traceback" not in reason


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  port: 8000", "  port: eight", ["line {}: http_options.port: ", "integer, not 'eight'"]),
        ("  port: 8000", "  port: '8000'", ["line {}: http_options.port: ", "not '8000'"]),
        ("  port: 8000", "  port: 8000.5", ["http_options.port: ", "not 8000.5"]),
        ("  port: 8000", "  port: true", ["http_options.port: ", "not True"]),
        ("  port: 8000", "  port:", ["http_options.port: ", "not None"]),
        ("  port: 8000", "  port: 0", ["http_options.port: ", "greater than or equal to 1, not 0"]),
        ("  port: 8000", "  port: 70000", ["http_options.port: ", "65535, not 70000"]),
        ("  port: 8000", "  port: 9000", ["http_options.port and grpc_options.port are both 9000"]),
        ("  port: 8000", "  port: 8000\n  port: 8001", ["line {+1}: http_options.port: the key stands twice"]),
        ("  port: 8000", "  prot: 8000", ["line {}: http_options.prot: unknown key 'prot'; did you mean 'port'?"]),
        ("  host: 127.0.0.1", "  host: 1", ["http_options.host: ", "not 1"]),
        ("http_options:", "http_option:", ["line {}: http_option: unknown key 'http_option'; did you mean"]),
        ("grpc_options:\n  port: 9000", "grpc_options: 9000\nx:", ["unknown key 'x'"]),
        ("    import_path: serve_app.app:build\n", "", ["applications[0].import_path: is missing"]),
        ("    route_prefix: /", "    route: /", ["applications[0].route: unknown key 'route'"]),
        ("applications:", "applications: []\ny:", ["unknown key 'y'"]),
        ("captioner: {kind: fake}", "captioner: {kind: oracle}", ["line {}: applications[0].args.capt", "'oracle'"]),
        ("captioner: {kind: fake}", "captioner: fake", ["line {}: applications[0].args.captioner: "]),
        ("captioner: {kind: fake}", "captoner: {kind: fake}", ["line {}", "'captoner'; did you mean 'captioner'?"]),
        ("captioner: {kind: fake}", "captioner: {kind: fake, x: 1}", ["line {}: applications[0].args.captioner.x: "]),
        ("router: {num_cpus: 0.1", "router: {num_cpus: some", ["args.scaling.router.num_cpus: ", "not 'some'"]),
        ("router: {num_cpus: 0.1", "router: {min_replicas: 3", ["line {}: ", "args.scaling.router: max_replicas=1"]),
        ("user_config: {latency_ms: 20}", "user_config: 20", ["applications[0].deployments[0].user_config: "]),
        ("latency_ms: 20", "latencyms: 20", ["line {}: ", "deployments[0].user_config.latencyms: "]),
        ("latency_ms: 20", "latency_ms: fast", ["line {}: ", "deployments[0].user_config.latency_ms: ", "not 'fast'"]),
        ("latency_ms: 10", "latency_ms: -1", ["line {}: ", "deployments[3].user_config.latency_ms: ", "not -1"]),
        ("- name: Captioner", "- name: Captionr", ["line {}: ", "deployments[0].name: ", "did you mean 'Captioner'?"]),
        ("- name: Captioner", "- name: captioner", ["deployments[0].name: ", "did you mean 'Captioner'?"]),
        ("- name: Captioner", "- name: xyz", ["there are Captioner, CategoryRouter, Generator, RewardScorer, Ingress"]),
        ("- name: Captioner", "- name: Generator", ["deployments[2].name: 'Generator' stands twice"]),
        ("serve_app.app:build", "serve_app.nope:build", ["line {}: ", "].import_path: there is no module"]),
        ("serve_app.app:build", "serve_app.app:biuld", ["line {}: ", "].import_path: ", "did you mean 'build'?"]),
        ("serve_app.app:build", "nocolon", ["line {}: applications[0].import_path: 'nocolon'", "module:attribute"]),
        ("servicer.add_service_to_server", "servicer.add", ["line {}: grpc_options.grpc_servicer_functions[0]: "]),
        ("- name: Captioner", "- nam: Captioner", ["applications[0].deployments[0].nam: unknown key"]),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_line_and_key(
    tmp_path: Path, good: str, old: str, new: str, words: list[str]
) -> None:
    reason = refusal(tmp_path / "c.yaml", good.replace(old, new, 1))
    assert [w for w in numbered(words, good, old) if w not in reason] == [], reason


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ("{limts: {}}", ["line {+1}: ", ".user_config.limts: ", "'limits'"]),
        ("{defaults: {max_categories: many}}", ["line {+1}: ", ".user_config.defaults.max_categories: ", "not 'many'"]),
        ("{defaults: {max_categories: 13}}", ["line {+1}: ", "exceeds limits.max_categories"]),
        ("{defaults: {length_profile: nope}}", ["line {}: ", "'nope' is not in configs/profiles.yaml"]),
        ("{length_profiles: nope.yaml}", ["line {}: ", "cannot read 'nope.yaml'"]),
        ("{admission: {max_in_flight: 5000}}", ["line {}: ", "admission.max_in_flight=5000"]),
    ],
)
def test_the_knobs_of_the_ingress_are_checked(tmp_path: Path, good: str, knobs: str, words: list[str]) -> None:
    old = "name: Captioner\n        user_config: {latency_ms: 20}"
    reason = refusal(tmp_path / "c.yaml", good.replace(old, f"name: Ingress\n        user_config: {knobs}"))
    words = ["applications[0].deployments[0]", *numbered(words, good, old)]
    assert [w for w in words if w not in reason] == [], reason


@pytest.mark.parametrize(
    ("name", "knobs", "words"),
    [
        ("Ingress", "{stages: {router: {latency_ms: 5}}}", []),
        ("Ingress", "{stages: {router: {latency: 5}}}", ["line {+1}: ", ".user_config.stages.router.latency: "]),
        ("Ingress", "{stages: {router: 5}}", ["line {+1}: ", ".user_config.stages.router: "]),
        ("Ingress", "{stages: {reward: {}}}", ["stages.reward: of the stages in the ingress replica", " router, "]),
        ("CategoryRouter", "{}", ["line {}: ", "the router is inline: its knobs stand in the user_config of Ingress"]),
    ],
)  # fmt: skip
def test_the_knobs_of_an_inline_stage_stand_with_the_ingress(
    tmp_path: Path, good: str, name: str, knobs: str, words: list[str]
) -> None:
    inline = good.replace("router: {num_cpus: 0.1, max_ongoing_requests: 64}", "router: {placement: inline}")
    inline = inline.replace("- name: CategoryRouter\n        user_config: {latency_ms: 5}", "")
    old = "name: Captioner\n        user_config: {latency_ms: 20}"
    text = inline.replace(old, f"name: {name}\n        user_config: {knobs}")
    if not words:
        (tmp_path / "c.yaml").write_text(text)
        assert read(tmp_path / "c.yaml")
        return
    reason = refusal(tmp_path / "c.yaml", text)
    assert [w for w in numbered(words, inline, old) if w not in reason] == [], reason


def test_every_wrong_value_is_named(tmp_path: Path, good: str) -> None:
    text = good.replace("port: 8000", "port: a").replace("port: 9000", "port: b")
    reason = refusal(tmp_path / "c.yaml", text)
    assert "http_options.port" in reason
    assert "grpc_options.port" in reason


def test_code_that_the_config_brings_along_is_not_looked_up(tmp_path: Path, good: str) -> None:
    text = good.replace(
        "serve_app.app:build", "elsewhere:app\n    runtime_env: {working_dir: 'https://example.com/a.zip'}"
    )
    (tmp_path / "c.yaml").write_text(text)
    assert read(tmp_path / "c.yaml")


def test_files_that_cannot_be_read_are_named(tmp_path: Path, root: Path) -> None:
    def reason(path: Path) -> str:
        with pytest.raises(Misconfigured) as caught:
            read(path)
        return str(caught.value)

    assert "did you mean" in reason(root / "configs/dmeo.yaml")
    assert "there is no folder" in reason(root / "config/demo.yaml")
    assert "is a folder" in reason(tmp_path)
    assert "cannot be read" in reason(Path("a\0b"))
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    assert "cannot be read" in reason(tmp_path / "loop.yaml")
    if os.geteuid():
        (tmp_path / "secret.yaml").touch(0o000)
        assert "cannot be read" in reason(tmp_path / "secret.yaml")


def test_a_link_that_leads_nowhere_is_said_to(tmp_path: Path) -> None:
    link = tmp_path / "c.yaml"
    link.symlink_to("gone.yaml")
    with pytest.raises(Misconfigured, match="the link leads nowhere"):
        read(link)


def test_a_byte_order_mark_and_aliases_are_taken(tmp_path: Path, good: str) -> None:
    (tmp_path / "c.yaml").write_bytes(b"\xef\xbb\xbf" + good.encode())
    assert read(tmp_path / "c.yaml")
    merged = good.replace("http_options:\n", "http_options:\n  <<: {keep_alive_timeout_s: 5}\n")
    (tmp_path / "m.yaml").write_text(merged)
    assert read(tmp_path / "m.yaml")["http_options"]["keep_alive_timeout_s"] == 5


def test_the_command_says_it_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("- 1\n")
    for arguments in (["--serve"], ["--weights"], []):
        done = CliRunner().invoke(app, ["--config", str(path), *arguments])
        assert done.exit_code == 2
        assert done.output.startswith("failed: ")
        assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("ours", "serves"),
    [
        (config.ServeConfig, schema.ServeDeploySchema),
        (config.HttpOptions, schema.HTTPOptionsSchema),
        (config.GrpcOptions, schema.gRPCOptionsSchema),
        (config.Application, schema.ServeApplicationSchema),
        (config.Deployment, schema.DeploymentSchema),
    ],
)
def test_the_keys_are_those_of_serve(ours: type, serves: type) -> None:
    assert set(ours.model_fields) == set(serves.model_fields)  # type: ignore[attr-defined]
