"""configs/fake.yaml as a caller and an operator see it: both protocols, errors, overload, metrics, knobs."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import httpx
import PIL.Image
import pytest
import yaml
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from deployments.errors import InvalidInput, Overloaded, UnsupportedField
from deployments.types import CaptionSource, Image, Item, Options, Source
from pushgen.v1 import decision_pb2
from serve_app.client import PushGenClient
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe, StartFailed, free_port

ITEM = Item(id="it-1", title="Coffee and cake", description="A cup of coffee on a wooden table.")
REQUEST = GenerateNotificationRequest(item=ITEM, options=Options(seed=7))


def test_both_protocols_give_the_same_decision(fake_app: LocalServe, fake_client: PushGenClient) -> None:
    over_grpc = fake_client.generate(REQUEST)
    answer = httpx.post(f"{fake_app.url}/v1/notifications:generate", json=REQUEST.model_dump(mode="json"), timeout=30)
    assert answer.status_code == 200, answer.text
    over_http = json_format.ParseDict(answer.json()["decision"], decision_pb2.Decision())
    assert over_grpc.source is Source.GENERATED
    assert over_http.notification.title == over_grpc.notification.title  # type: ignore[union-attr]
    assert [c.title for c in over_http.candidates] == [c.title for c in over_grpc.candidates]


def test_a_stream_is_numbered_and_ends_with_the_decision(fake_client: PushGenClient) -> None:
    events = list(fake_client.stream(REQUEST))
    assert [e.sequence for e in events] == list(range(1, len(events) + 1))
    assert events[0].captioned is not None
    assert events[-1].decided is not None


def test_a_batch_answers_every_item_and_one_bad_item_fails_alone(fake_client: PushGenClient) -> None:
    bad = GenerateNotificationRequest(item=Item(id="empty"))
    answers = dict(fake_client.batch([REQUEST, bad, REQUEST]))
    assert set(answers) == {0, 1, 2}
    assert isinstance(answers[1], InvalidInput)
    assert answers[0].source is Source.GENERATED  # type: ignore[union-attr]


def test_every_violation_is_named_with_its_path(fake_client: PushGenClient) -> None:
    request = GenerateNotificationRequest(
        item=Item(title="x", locale="not a locale", images=({"data": b"no picture"},)),  # type: ignore[arg-type]
        options=Options(categories_wanted=("NOPE",), length_profile="papyrus", candidates_per_category=10_000),
    )
    with pytest.raises(InvalidInput) as caught:
        fake_client.generate(request)
    assert {v.field for v in caught.value.violations} == {
        "item.locale", "item.images[0].data", "options.categories_wanted[0]", "options.length_profile",
        "options.candidates_per_category",
    }  # fmt: skip


def test_a_reserved_field_is_refused_by_name_and_not_ignored(fake_client: PushGenClient) -> None:
    with pytest.raises(UnsupportedField) as caught:
        fake_client.generate(GenerateNotificationRequest(item=Item(images=({"url": "https://example.org/a.jpg"},))))  # type: ignore[arg-type]
    assert caught.value.violations[0].field == "item.images[0].url"


def test_standard_health_and_reflection(fake_app: LocalServe) -> None:
    with grpc.insecure_channel(fake_app.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        named = health_pb2.HealthCheckRequest(service="pushgen.v1.PushGenService")
        assert health.Check(named, timeout=10).status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.RpcError) as caught:
            health.Check(health_pb2.HealthCheckRequest(service="nobody"), timeout=10)
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
        ask = reflection_pb2.ServerReflectionRequest(list_services="")
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        services = {s.name for a in stub.ServerReflectionInfo(iter([ask])) for s in a.list_services_response.service}
    assert {"pushgen.v1.PushGenService", "grpc.reflection.v1.ServerReflection"} <= services


def test_http_as_probes_scripts_and_browsers_use_it(fake_app: LocalServe) -> None:
    path = "/v1/notifications:generate"
    body = b"\xef\xbb\xbf" + REQUEST.model_dump_json(exclude_none=True).encode()
    headers = {"content-type": "application/json", "content-encoding": "gzip", "expect": "100-continue"}
    with httpx.Client(base_url=fake_app.url, timeout=30) as client:
        head = client.head("/healthz")
        assert (head.status_code, head.content) == (200, b"")
        options = client.options(path)
        assert (options.status_code, options.headers["allow"]) == (204, "OPTIONS, POST")
        answer = client.post(path, content=iter([gzip.compress(body)]), headers=headers)
        assert answer.status_code == 200, answer.text
        bomb = client.post(path, content=gzip.compress(bytes(10 * 2**20)), headers=headers)
        assert bomb.status_code == 413, bomb.text
        page = client.get("/docs")
        for link in re.findall(r"(?:href|src)=\"([^\"]+)\"", page.text):
            assert client.get(f"/{link}").status_code == 200, link


def test_a_message_of_200_mb_is_refused_and_leaves_no_memory_behind(fake_app: LocalServe) -> None:
    fake_app.healthy()
    before = fake_app.memory_bytes()
    options = [("grpc.max_send_message_length", -1), ("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(fake_app.address, options) as channel:
        call = channel.unary_unary("/pushgen.v1.PushGenService/GenerateNotification")
        with pytest.raises(grpc.RpcError) as caught:
            call(bytes(200 * 2**20), timeout=60)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in caught.value.details()
    until_s = time.monotonic() + 30
    while fake_app.memory_bytes() > before + 50 * 2**20:
        assert time.monotonic() < until_s, "the memory of the message is still held"
        time.sleep(0.5)


def test_pictures_larger_than_a_grpc_message_between_replicas_reach_the_captioner(
    fake_app: LocalServe, fake_client: PushGenClient
) -> None:
    images = tuple(Image(data=noise(edge)) for edge in (300, 1500, 1500, 1500))  # 20 MB
    body = GenerateNotificationRequest(item=Item(title="Noise", images=images))
    answer = httpx.post(f"{fake_app.url}/v1/notifications:generate", json=body.model_dump(mode="json"), timeout=30)
    assert answer.json()["decision"]["caption"]["source"] == "CAPTION_SOURCE_FAKE", answer.text
    for some in (images, images[:1]):
        decision = fake_client.generate(body.model_copy(update={"item": Item(title="Noise", images=some)}))
        assert (decision.caption.source, decision.partial) == (CaptionSource.FAKE, False)


def noise(edge: int) -> bytes:
    """A picture that no format makes smaller."""
    file = io.BytesIO()
    PIL.Image.frombytes("RGB", (edge, edge), random.Random(edge).randbytes(3 * edge * edge)).save(
        file, "PNG", compress_level=0
    )
    return file.getvalue()


@pytest.mark.parametrize("header", ["x-request-timeout-seconds", "x-request-disconnect-disabled"])
def test_serves_headers_that_switch_timeouts_off_are_refused(fake_app: LocalServe, header: str) -> None:
    url = f"{fake_app.url}/v1/notifications:generate"
    answer = httpx.post(url, json=REQUEST.model_dump(mode="json"), headers={header: "0"}, timeout=30)
    assert (answer.status_code, answer.json()["reason"]) == (400, "HEADER_REFUSED")


def test_a_body_that_never_arrives_is_refused_in_time(fake_app: LocalServe) -> None:
    with socket.create_connection(("127.0.0.1", fake_app.http_port), timeout=30) as line:
        head = "POST /v1/notifications:generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        line.sendall(f"{head}content-length: 5000\r\n\r\n{{".encode())
        answer = line.makefile("rb").readline()
    assert answer.startswith(b"HTTP/1.1 408 ")


def scrape(app: LocalServe) -> str:
    discovery = next(app.folder.glob("**/prom_metrics_service_discovery.json"))
    targets = [t for group in json.loads(discovery.read_text()) for t in group["targets"]]
    pages = []
    for target in targets:
        with urllib.request.urlopen(f"http://{target}/metrics", timeout=10) as page:
            pages.append(page.read().decode())
    return "\n".join(pages)


def test_metrics_are_there_by_stage(fake_app: LocalServe, fake_client: PushGenClient) -> None:
    fake_client.generate(REQUEST)
    wanted = {
        "pushgen_requests_total", "pushgen_stage_requests_total", "pushgen_stage_wall_ms", "pushgen_stage_queue_ms",
        "pushgen_stage_compute_ms", "pushgen_stage_tokens_total", "pushgen_stage_batch_size",
        "pushgen_candidates_total", "pushgen_decisions_total",
    }  # fmt: skip
    until = time.monotonic() + 60  # Ray exports every few seconds
    while missing := {m for m in wanted if m not in (text := scrape(fake_app))}:
        assert time.monotonic() < until, f"never exported: {missing}"
        time.sleep(1)
    line = next(x for x in text.splitlines() if "pushgen_decisions_total" in x and not x.startswith("#"))
    assert 'source="GENERATED"' in line
    assert 'reason="BEST_CANDIDATE"' in line


def test_overload_is_refused_with_a_retry_time_and_nothing_is_lost(root: Path) -> None:
    def narrow(config: dict) -> None:
        knobs = config["applications"][0]["deployments"]
        admission = {"max_in_flight": 2, "max_waiting": 1, "retry_after_s": 3}
        knobs.append({"name": "Ingress", "user_config": {"admission": admission}})
        next(d for d in knobs if d["name"] == "Generator")["user_config"] = {"latency_ms": 150}

    def ask(_: int) -> str:
        try:
            client.generate(REQUEST)
        except Overloaded as error:
            return f"refused {error.retry_after_s:g}"
        return "answered"

    with LocalServe(root / "configs/fake.yaml", http_port=free_port(), grpc_port=free_port(), edit=narrow) as app:
        app.wait_ready(120)
        with PushGenClient(app.address) as client, ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(ask, range(12)))
        refused = [float(o.removeprefix("refused ")) for o in outcomes if o != "answered"]
        assert refused
        assert min(refused) >= 3
        body = REQUEST.model_dump(mode="json")
        with ThreadPoolExecutor(12) as pool:
            url = f"{app.url}/v1/notifications:generate"
            answers = list(pool.map(lambda _: httpx.post(url, json=body, timeout=30), range(12)))
        shed = [a for a in answers if a.status_code == 429]
        assert {a.status_code for a in answers} == {200, 429}
        assert all(int(a.headers["retry-after"]) >= 3 for a in shed)
        assert shed[0].json()["shed"] == "queue_full"


def replicas(app: LocalServe) -> set[int]:
    return {p.pid for p in app.processes() if "ServeReplica" in " ".join(p.cmdline())}


def deploy(app: LocalServe, knobs: dict, path: Path) -> None:
    """The same config with other knobs of the ingress."""
    application = app.config["applications"][0]
    others = [d for d in application["deployments"] if d["name"] != "Ingress"]
    deployments = [*others, {"name": "Ingress", "user_config": knobs}]
    path.write_text(yaml.safe_dump({**app.config, "applications": [{**application, "deployments": deployments}]}))
    app.deploy(path)


def until(app: LocalServe, client: PushGenClient, candidates: int) -> None:
    end = time.monotonic() + 60
    while client.info().defaults.candidates_per_category != candidates:
        assert time.monotonic() < end, "the new knobs never arrived"
        time.sleep(0.2)


def test_knobs_change_without_a_restart_and_impossible_ones_are_refused_without_one(
    fake_app: LocalServe, fake_client: PushGenClient, tmp_path: Path
) -> None:
    before = replicas(fake_app)
    assert before
    deploy(fake_app, {"defaults": {"candidates_per_category": 1}}, tmp_path / "one.yaml")
    until(fake_app, fake_client, 1)
    assert len(fake_client.generate(REQUEST).candidates) == 4
    deploy(fake_app, {"defaults": {"candidates_per_category": 999}}, tmp_path / "bad.yaml")
    end = time.monotonic() + 60
    while "new user_config refused" not in fake_app.log.read_text(errors="replace"):
        assert time.monotonic() < end, "the impossible knobs were never refused"
        time.sleep(0.2)
    assert len(fake_client.generate(REQUEST).candidates) == 4
    deploy(fake_app, {}, tmp_path / "back.yaml")
    until(fake_app, fake_client, 2)
    assert replicas(fake_app) == before


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda a: a["args"]["scaling"]["reward"].update(max_ongoing=1), ["scaling.reward", "max_ongoing_requests"]),
        (
            lambda a: a["deployments"].append(
                {"name": "Ingress", "user_config": {"admission": {"max_in_flight": 9999}}}
            ),
            ["max_in_flight=9999", "max_ongoing_requests=256"],
        ),
    ],
)
def test_impossible_settings_are_refused_at_start_by_name(root: Path, edit: object, words: list[str]) -> None:
    def change(config: dict) -> None:
        edit(config["applications"][0])  # type: ignore[operator]

    app = LocalServe(root / "configs/fake.yaml", http_port=free_port(), grpc_port=free_port(), edit=change)
    with app, pytest.raises(StartFailed) as caught:
        app.wait_ready(120)
    assert [w for w in words if w not in str(caught.value)] == []


def test_the_cli_talks_to_it(fake_app: LocalServe) -> None:
    command = [str(Path(sys.executable).with_name("pushgen")), "generate", "--address", fake_app.address, "--json"]
    done = subprocess.run([*command, "--title", "Coffee and cake"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"] == "SOURCE_GENERATED"
