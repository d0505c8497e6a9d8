"""The demo: start a config, send the shipped items over gRPC and HTTP, print every Decision, stop everything."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from google.protobuf import json_format
from rich.markup import escape

from deployments.errors import Misconfigured, PushGenError
from deployments.types import Decision
from deployments.weights.__main__ import prepare
from pushgen.v1 import decision_pb2
from serve_app.client import PushGenClient
from serve_app.client.render import decision_view
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.console import console, print_any_text, say, step, waiting
from serve_app.demo.ending import makes, stop_on_signals, stop_with
from serve_app.demo.items import DemoItem, demo_items
from serve_app.demo.local import IngressMode, LocalServe, Refused, StartFailed
from serve_app.demo.weights import references
from serve_app.stages import DEPLOYMENTS

# Serve's controller looks at everything ten times a second, a third of what an idle application uses. Here it has one
# small application to look at.
CONTROLLER = {"RAY_SERVE_CONTROL_LOOP_INTERVAL_S": "0.5"}
READY_S = 400.0
REQUEST_S = 120.0
WHAT_IT_IS = (
    "What writes here is a small language model (`models` names it); what looks at the photos is an ImageNet tagger\n"
    "with OCR, because both fit on two CPU cores and come from the package index. The graph, the contract, the\n"
    "batching, the policy and the reward are the real thing; a GPU carries larger models (configs/gpu.yaml)."
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    config: Annotated[Path, typer.Option(help="A serve config.")] = Path("configs/demo.yaml"),
    out: Annotated[Path, typer.Option(help="Where all Decisions go, as ProtoJSON.")] = Path("build/demo.json"),
    serve: Annotated[
        bool, typer.Option("--serve", help="Keep the app up until Ctrl-C instead of sending items.")
    ] = False,
    weights: Annotated[bool, typer.Option("--weights", help="Only prepare the weights.")] = False,
    http_port: Annotated[int | None, typer.Option(help="Instead of the config's.", min=1, max=65535)] = None,
    grpc_port: Annotated[int | None, typer.Option(help="Instead of the config's.", min=1, max=65535)] = None,
    only: Annotated[list[str] | None, typer.Option("--item", help="Only this item; repeatable.")] = None,
    ingress: Annotated[
        IngressMode | None,
        typer.Option(help="What listens on both ports; unset: proxy, or what the environment says. See cluster.yaml."),
    ] = None,
) -> None:
    """Real photos in, ranked push notifications out."""
    print_any_text()
    stop_on_signals()
    stop_with(makes())
    try:
        if weights:
            prepare_weights(LocalServe(config).config)
            return
        local = LocalServe(
            config,
            http_port=http_port,
            grpc_port=grpc_port,
            env={name: value for name, value in CONTROLLER.items() if serve and name not in os.environ},
            ingress=ingress,
            dashboard=serve,
        )
        run(local, config, out, serve, only or [])
    except KeyboardInterrupt:
        say("\nstopped")
        raise typer.Exit(0 if serve else 130) from None
    except (StartFailed, Misconfigured) as error:
        say(f"[red bold]failed:[/red bold] {escape(str(error))}")
        # 2: what the caller can put right, as for an unknown option.
        raise typer.Exit(2 if isinstance(error, Misconfigured | Refused) else 1) from None


def run(local: LocalServe, config: Path, out: Path, serve: bool, only: list[str]) -> None:
    items = [i for i in demo_items() if not only or i.name in only]
    if not items:
        raise Misconfigured(f"no item is called {', '.join(only)}; there are {', '.join(i.name for i in demo_items())}")
    if not serve:
        if not local.speaks_http:
            raise Misconfigured("the items go over HTTP too, which `route_prefix: null` turns off; use --serve")
        make_writable(out)
    steps = 3 if serve else 5
    started = time.monotonic()
    step(1, steps, "preparing the weights (once; later runs find them in the cache)")
    prepare_weights(local.config)

    step(2, steps, f"starting Ray and {config}")
    with local:
        for notice in local.notices:
            console.print(f"      {escape(notice)}", soft_wrap=True)
        with waiting(DEPLOYMENTS) as progress:
            local.wait_ready(READY_S, progress)
        console.print(f"      ready {time.monotonic() - started:.0f} s after the command")
        if serve:
            step(3, steps, "serving")
            keep_up(local)
            return
        step(3, steps, f"sending {len(items)} items over gRPC")
        answers = [*send(items, "grpc", local)]
        console.print(f"\n{WHAT_IT_IS}\n", style="dim")
        step(4, steps, f"sending {len(items)} items over HTTP")
        answers += send(items, "http", local)
        out.write_text(json.dumps(answers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        memory = local.memory_bytes() / 1e9
        step(5, steps, "stopping every process")
    if local.processes():
        raise StartFailed("some processes did not stop")
    chosen = sum(a["decision"]["source"] == "SOURCE_GENERATED" for a in answers)
    console.print(
        f"      {len(answers)} decisions in {out} ({chosen} of them generated copy); "
        f"memory while running {memory:.1f} GB; {time.monotonic() - started:.0f} s in all"
    )


def make_writable(out: Path) -> None:
    """Make the folder and the file. Raises Misconfigured: better now than after all items."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.open("a").close()
    except OSError as error:
        raise Misconfigured(f"--out: {str(out)!r} cannot be written: {error.strerror}") from None


def prepare_weights(config: dict[str, Any]) -> None:
    """Prepare the weights that the stages of the config load. Raises Misconfigured."""
    if needed := references(config):
        prepare(needed)
    else:
        console.print("      none: no stage loads any")


def send(items: list[DemoItem], protocol: str, local: LocalServe) -> list[dict[str, Any]]:
    """Send each item, print its Decision, and return them as ProtoJSON. Raises StartFailed."""
    answers = []
    for n, item in enumerate(items, start=1):
        began = time.monotonic()
        try:
            decision = ask(item.request, protocol, local)
        except (PushGenError, httpx.HTTPError) as error:
            raise StartFailed(f"{item.name} over {protocol}: {error}\n{local.tail()}") from None
        seconds = time.monotonic() - began
        console.print(f"\n[bold]{item.name}[/bold] ({n}/{len(items)}, {protocol}, {seconds:.1f} s) {item.note}")
        console.print(decision_view(decision))
        shown = json_format.ParseDict(decision.model_dump(mode="json", exclude_none=True), decision_pb2.Decision())
        answers.append(
            {
                "protocol": protocol,
                "item": item.name,
                "seconds": round(seconds, 3),
                "decision": json_format.MessageToDict(shown, preserving_proto_field_name=True),
            }
        )
    return answers


def ask(request: GenerateNotificationRequest, protocol: str, local: LocalServe) -> Decision:
    if protocol == "grpc":
        with PushGenClient(local.address, application=local.application, timeout_s=REQUEST_S) as client:
            return client.generate(request)
    answer = httpx.post(
        f"{local.url}/v1/notifications:generate", content=request.model_dump_json(exclude_none=True),
        headers={"content-type": "application/json"}, timeout=REQUEST_S, trust_env=False,  # no proxy on this machine
    )  # fmt: skip
    answer.raise_for_status()
    return Decision.model_validate(answer.json()["decision"])


def keep_up(local: LocalServe) -> None:
    """Print how to call the service, then wait for Ctrl-C or for the app to end."""
    http = f"""
      curl     curl {local.url}/v1/notifications:generate -H 'content-type: application/json' \\
                 -d '{{"item": {{"title": "Fresh bread", "description": "Baked this morning."}}}}'
      OpenAPI  {local.url}/docs        health  {local.url}/healthz"""
    console.print(
        f"""
      CLI      .venv/bin/pushgen generate --address {local.address} --title "Fresh bread" --image photo.jpg
      grpcurl  grpcurl -plaintext -d '{{"item": {{"title": "Fresh bread"}}}}' {local.address} \\
                 pushgen.v1.PushGenService/GenerateNotification{http if local.speaks_http else ""}

      Ctrl-C stops everything.""",
        markup=False,
    )
    while local.is_running:
        time.sleep(0.5)
    raise StartFailed(f"the application ended by itself.\n{local.tail()}")


if __name__ == "__main__":
    sys.exit(app())
