"""The flags of `pushgen`, in groups that commands share. Each group makes its part of a request's JSON.

Typer reads flags from a function's parameters. `expanded` lets a command take a whole group as one parameter.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, get_type_hints

import typer

from deployments.types import Priority
from serve_app.client import cli_input
from serve_app.client.address import DEFAULT_ADDRESS

Many = list[str] | None


def expanded(command: Callable[..., None]) -> Callable[..., None]:
    """Replace each dataclass parameter of a command by a parameter for each of its fields."""
    parameters: list[inspect.Parameter] = []
    groups: dict[str, Any] = {}
    for name, kind in get_type_hints(command, include_extras=True).items():
        if name == "return":
            continue
        if is_dataclass(kind):
            groups[name] = kind
            hints = get_type_hints(kind, include_extras=True)
            options = [(field.name, hints[field.name], field.default) for field in fields(kind)]
        else:
            options = [(name, kind, inspect.signature(command).parameters[name].default)]
        parameters += [
            inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for n, annotation, default in options
        ]

    @functools.wraps(command)
    def run(**typed: Any) -> None:
        arguments = {
            name: group(**{f.name: typed.pop(f.name) for f in fields(group)}) for name, group in groups.items()
        }
        command(**arguments, **typed)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def seconds(text: str) -> float:
    """Parse a timeout. Raises typer.BadParameter."""
    with suppress(ValueError):
        if 0.001 <= float(text) < math.inf:
            return float(text)
    raise typer.BadParameter(f"{text!r} is no number of seconds above 0, such as 2.5")


@dataclass(frozen=True)
class CallFlags:
    """Flags of the connection and of the output."""

    address: Annotated[str, typer.Option(help="host:port of the service's gRPC.", envvar="PUSHGEN_ADDRESS")] = (
        DEFAULT_ADDRESS
    )
    application: Annotated[
        str, typer.Option(help="Its name, where the cluster has several.", envvar="PUSHGEN_APPLICATION")
    ] = ""
    timeout: Annotated[
        float | None,
        typer.Option(help="Seconds; also the time budget, unless there is one.", parser=seconds, metavar="SECONDS"),
    ] = None
    api_key_file: Annotated[
        str | None,
        typer.Option(help="File with your API key; or the key in PUSHGEN_API_KEY.", envvar="PUSHGEN_API_KEY_FILE"),
    ] = None
    tls: Annotated[bool, typer.Option("--tls", help="Connect with TLS.", envvar="PUSHGEN_TLS")] = False
    ca_file: Annotated[
        str | None, typer.Option(help="With TLS: trust these authorities (PEM) alone.", envvar="PUSHGEN_CA_FILE")
    ] = None
    cert_file: Annotated[
        str | None, typer.Option(help="With TLS: your certificate (PEM).", envvar="PUSHGEN_CERT_FILE")
    ] = None
    cert_key_file: Annotated[
        str | None, typer.Option(help="With TLS: the key of your certificate.", envvar="PUSHGEN_CERT_KEY_FILE")
    ] = None
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False


@dataclass(frozen=True)
class RequestFlags:
    """Flags of every request beside its content."""

    request_id: Annotated[str | None, typer.Option(help="Your own id of this request.")] = None
    budget_ms: Annotated[int | None, typer.Option("--budget-ms", help="Time budget in milliseconds.")] = None
    backfill: Annotated[bool, typer.Option("--backfill", help="Bulk work: served after real-time requests.")] = False

    @property
    def limits(self) -> dict[str, Any]:
        return {"time_budget_ms": self.budget_ms, "priority": Priority.BACKFILL.value if self.backfill else None}


@dataclass(frozen=True)
class ItemFlags:
    """Flags of the item."""

    item_id: Annotated[str | None, typer.Option("--id", help="Your id of the item.")] = None
    title: Annotated[str | None, typer.Option(help="Title of the item.")] = None
    description: Annotated[str | None, typer.Option(help="Description of the item.")] = None
    image: Annotated[Many, typer.Option(help="Image file, or URL if the service fetches; repeatable.")] = None
    frame: Annotated[Many, typer.Option(help="Video frame, FILE or FILE@MILLISECONDS; repeatable.")] = None
    tag: Annotated[Many, typer.Option(help="Tag; repeatable.")] = None
    metadata: Annotated[Many, typer.Option(help="KEY=VALUE; repeatable.")] = None
    locale: Annotated[str | None, typer.Option(help="BCP-47 language tag, for instance en-GB.")] = None
    creator: Annotated[str | None, typer.Option(help="Who made the item.")] = None
    caption: Annotated[str | None, typer.Option(help="A dense caption you have; the captioner is not called.")] = None

    @property
    def item(self) -> dict[str, Any]:
        return {
            "id": self.item_id,
            "title": self.title,
            "description": self.description,
            "images": [cli_input.image(source) for source in self.image or ()],
            "frames": cli_input.offsets(self.frame or ()),
            "tags": self.tag or [],
            "metadata": cli_input.pairs(self.metadata or (), "--metadata"),
            "locale": self.locale,
            "creator": self.creator,
            "caption": self.caption,
        }


@dataclass(frozen=True)
class CategoryFlags:
    """Flags of the style categories."""

    category: Annotated[Many, typer.Option(help="Only this category; repeatable.")] = None
    bar: Annotated[Many, typer.Option(help="Never this category; repeatable.")] = None
    max_categories: Annotated[int | None, typer.Option(help="How many categories.")] = None

    @property
    def options(self) -> dict[str, Any]:
        return {
            "categories_wanted": self.category or [],
            "categories_barred": self.bar or [],
            "max_categories": self.max_categories,
        }


@dataclass(frozen=True)
class WritingFlags:
    """Flags of the writing, and the copies to beat."""

    incumbent: Annotated[Many, typer.Option(help='Copy to beat, "title|body"; repeatable.')] = None
    template: Annotated[Many, typer.Option(help='Fallback template, "title|body"; repeatable.')] = None
    recent: Annotated[Many, typer.Option(help='Copy sent lately, "title|body"; repeatable.')] = None
    candidates: Annotated[int | None, typer.Option(help="Candidates in each category.")] = None
    profile: Annotated[str | None, typer.Option(help="Platform length profile, see `pushgen info`.")] = None
    adapter: Annotated[
        str | None, typer.Option(help='LoRA adapter that writes, see `pushgen info`; "base" for none.')
    ] = None
    temperature: Annotated[float | None, typer.Option(help="Sampling temperature, 0 to 2.")] = None
    seed: Annotated[int | None, typer.Option(help="Makes the random draws repeatable.")] = None
    margin: Annotated[
        float | None, typer.Option(help="Win probability above one half that replacing an incumbent needs, below 0.5.")
    ] = None
    strict: Annotated[bool, typer.Option("--strict", help="Fail rather than take a degradation.")] = False

    @property
    def incumbents(self) -> list[dict[str, str]]:
        templates = cli_input.copies(self.template or ())
        return [
            *cli_input.copies(self.incumbent or ()),
            *({**copy, "kind": "INCUMBENT_KIND_TEMPLATE"} for copy in templates),
        ]

    @property
    def options(self) -> dict[str, Any]:
        return {
            "candidates_per_category": self.candidates,
            "length_profile": self.profile,
            "adapter": self.adapter,
            "temperature": self.temperature,
            "seed": self.seed,
            "margin": self.margin,
            "allow_degradation": False if self.strict else None,
        }
