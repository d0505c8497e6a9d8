"""Reference pages of settings and knobs, from the pydantic models: default, bounds, unit, what it means."""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
import typing
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from deployments.settings import Knobs, Settings
from serve_app.flow.knobs import IngressKnobs
from serve_app.settings import AppSettings
from serve_app.stages import INGRESS, STAGES

UNITS: Final = {
    "_s": "seconds", "_ms": "milliseconds", "_bytes": "bytes", "_mb": "MiB", "_pixels": "pixels", "_tokens": "tokens",
    "_chars": "characters", "_share": "share, 0 to 1", "_side": "pixels", "_cpus": "cores", "_gpus": "cards",
    "_probability": "probability", "_epsilon": "probability",
}  # fmt: skip
BOUNDS: Final = {
    "minimum": "at least {}", "exclusiveMinimum": "above {}", "maximum": "at most {}", "exclusiveMaximum": "below {}",
    "minLength": "at least {} characters", "maxLength": "at most {} characters", "minItems": "at least {} entries",
    "maxItems": "at most {} entries", "minProperties": "at least {} entries", "maxProperties": "at most {} entries",
    "pattern": "matches `{}`",
}  # fmt: skip


def cell(text: str) -> str:
    """Text in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def bounds(schema: dict[str, Any]) -> str:
    """Return the range of a value from its JSON schema; for an optional value, that of its other form."""
    texts = [words.format(schema[key]) for key, words in BOUNDS.items() if key in schema]
    texts = ["not empty" if text == "at least 1 characters" else text for text in texts]
    for form in schema.get("anyOf", ()):
        texts += [bounds(form)] if form.get("type") != "null" else []
    return ", ".join(text for text in texts if text)


def kind_of(schema: dict[str, Any]) -> str:
    """The type of a value, in a word or two."""
    forms = schema.get("anyOf") or schema.get("oneOf")
    if forms:
        return " or ".join(kind_of(form) for form in forms)
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    fixed = [schema["const"]] if "const" in schema else schema.get("enum")
    if fixed:
        return " or ".join(f"`{value}`" for value in fixed)
    inside = schema.get("items") or schema.get("additionalProperties")
    name = {"array": "list", "object": "map"}.get(schema.get("type", ""), schema.get("type", "any"))
    if not isinstance(inside, dict):
        return name
    return f"{name} {'of' if name == 'list' else 'to'} {kind_of(inside)}"


def unit_of(name: str) -> str:
    return next((unit for end, unit in UNITS.items() if f"_{name}".endswith(end)), "")


def default_of(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, BaseModel):
        changed = value.model_dump(mode="json", exclude_unset=True)
        return f"`{json.dumps(changed)}`" if changed else "its own defaults"
    return "none" if value is None else f"`{json.dumps(value, default=str, ensure_ascii=False)}`"


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Collect the docstring after each field, of the class and its bases."""
    docs: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if not issubclass(cls, BaseModel) or cls is BaseModel:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        assert isinstance(tree, ast.ClassDef)  # noqa: S101 - the source of a class
        for before, after in zip(tree.body, tree.body[1:], strict=False):
            if (
                isinstance(before, ast.AnnAssign)
                and isinstance(after, ast.Expr)
                and isinstance(before.target, ast.Name)
            ):
                docs[before.target.id] = str(ast.literal_eval(after.value))
    return docs


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of, in order."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models_in(part)


def parts_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        yield from models_in(field.annotation)


def properties_of(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The JSON schema of each field."""
    schema = model.model_json_schema(mode="validation")
    model_schema = schema if "properties" in schema else schema.get("$defs", {}).get(model.__name__, {})
    properties: dict[str, dict[str, Any]] = model_schema.get("properties", {})
    return properties


def section(model: type[BaseModel]) -> str:
    """A heading of the model's name, its docstring, and a row a field."""
    properties = properties_of(model)
    docs = field_docs(model)
    rows = [
        (
            f"`{name}`",
            cell(kind_of(properties[name])),
            cell(default_of(model, name)),
            cell(bounds(properties[name])),
            unit_of(name),
            cell(docs.get(name) or field.description or ""),
        )
        for name, field in model.model_fields.items()
    ]
    about = inspect.cleandoc(vars(model).get("__doc__") or "").replace("<", "&lt;")
    head = ("key", "type", "default", "bounds", "unit", "meaning")
    return f"### {model.__name__}\n\n{about}{about and chr(10) * 2}{table(head, rows)}"


def closure(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models and all that they are made of, each once, in the order of a reader who follows the links."""
    models_seen: list[type[BaseModel]] = []
    waiting = list(models)
    while waiting:
        model = waiting.pop(0)
        if model not in models_seen:
            models_seen.append(model)
            waiting = [*parts_of(model), *waiting]
    return models_seen


def knobs_of(settings: type[Settings]) -> type[Knobs]:
    """The knobs of a kind: the model in its settings' module that no other knobs there hold. Loads no framework."""
    module = sys.modules[settings.__module__]
    module_knobs = [
        model
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, Knobs) and model.__module__ == module.__name__
    ]
    held = {part for model in module_knobs for part in parts_of(model)}
    (knobs,) = (model for model in module_knobs if model not in held)
    return knobs


def kinds_of(key: str) -> list[type[Settings]]:
    """The settings of every kind of a stage, in the order of their union."""
    return [model for model in models_in(AppSettings.model_fields[key].annotation) if issubclass(model, Settings)]


def settings_page() -> str:
    rows = [
        (
            f"`{row.key}`",
            f"`{settings.model_fields['kind'].default}`",
            f"[{settings.__name__}](#{settings.__name__.lower()})",
        )
        for row in STAGES
        for settings in kinds_of(row.key)
    ]
    text = (
        "# Settings\n\nSettings are the `args` of an application in a Serve config. They are fixed for the life of a "
        "replica: a change restarts the replicas. An unknown key is refused, and the message names the nearest valid "
        "one.\n\n## Kinds of each stage\n\n"
    )
    text += table(("stage", "`kind`", "settings"), rows) + "\n## Models\n\n"
    return text + "\n".join(section(model) for model in closure([AppSettings]))


def knobs_page() -> str:
    pairs: list[tuple[str, str, type[Knobs]]] = [(INGRESS, "", IngressKnobs)]
    for row in STAGES:
        for settings in kinds_of(row.key):
            pairs.append((row.deployment, settings.model_fields["kind"].default, knobs_of(settings)))
    rows = [
        (f"`{deployment}`", f"`{kind}`" if kind else "", f"[{knobs.__name__}](#{knobs.__name__.lower()})")
        for deployment, kind, knobs in pairs
    ]
    text = (
        "# Knobs\n\nKnobs are the `user_config` of a deployment. They change while the deployment serves: edit the "
        "config and run `serve deploy` again. Knobs that cannot work are refused. At start the application does not "
        "start. Later the old knobs stay, the log says so, and the gauge `pushgen_knobs_refused` is 1.\n\n"
        "## Knobs of each deployment\n\n"
    )
    text += table(("deployment", "`kind`", "knobs"), rows) + "\n## Models\n\n"
    return text + "\n".join(section(model) for model in closure(knobs for _, _, knobs in pairs))
