"""Render a Serve config for Kubernetes: `python -m serve_app.kuberay configs/cluster.yaml`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml

from deployments.errors import Misconfigured
from serve_app.kuberay.render import Object, Place, render

NOTE: Final = "# Rendered from {config} by `python -m serve_app.kuberay`. Change the config and render again.\n"
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def kuberay(
    config: Annotated[Path, typer.Argument(help="A Serve config whose stages name a `pool` in their label_selector.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("configs/kuberay"),
    name: Annotated[str, typer.Option(help="Of the RayService, and of what belongs to it.")] = "pushgen",
    image: Annotated[str, typer.Option(help="Built from docker/cpu.Dockerfile.")] = "pushgen-serve:cpu",
    gpu_image: Annotated[str, typer.Option(help="Built from docker/gpu.Dockerfile.")] = "pushgen-serve:gpu",
    operator: Annotated[str, typer.Option(help="The namespace of KubeRay's operator.")] = "kuberay-system",
    monitoring: Annotated[str, typer.Option(help="The namespace of Prometheus.")] = "monitoring",
    gib_per_cpu: Annotated[int, typer.Option(min=1, max=64, help="Memory of a pod, for each of its CPUs.")] = 4,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 when a file differs.")] = False,
) -> None:
    """Write a Serve config as objects for KubeRay 1.7, for `kubectl apply -f FOLDER`.

    They are a RayService with autoscaling worker groups and a probe of grpc.health.v1, PodDisruptionBudgets, a
    NetworkPolicy, and a ServiceMonitor. Each `pool` is a worker group. Its pods hold the replicas that one node may
    have, and its bounds are those of the stages' replicas, with room for `max_surge_percent`.
    """
    place = Place(name, image, gpu_image, operator, monitoring, gib_per_cpu)
    try:
        files = {f"{stem}.yaml": text(config, objects) for stem, objects in render(config, place).items()}
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from None
    stale = [file for file, content in files.items() if not _is(out / file, content)]
    if check:
        sys.stdout.write("".join(f"differs: {out / file}\n" for file in stale))
        raise typer.Exit(1 if stale else 0)
    out.mkdir(parents=True, exist_ok=True)
    for file in stale:
        (out / file).write_text(files[file], encoding="utf-8")


def _is(path: Path, content: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == content


class _Dumper(yaml.SafeDumper):
    """Keys in their order, texts of several lines as they are, and no references between equal parts."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def text(config: Path, objects: Sequence[Object]) -> str:
    """The YAML of some objects, with a note of where they come from."""
    return NOTE.format(config=config.as_posix()) + yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=120)


if __name__ == "__main__":
    app()
