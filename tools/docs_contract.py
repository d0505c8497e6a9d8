"""Reference pages of the contract: RPCs and messages with the protos' comments, errors, categories, metrics."""

from __future__ import annotations

import ast
import inspect
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import yaml
from docs_models import bounds, cell, properties_of, table
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc
from pydantic import BaseModel

from deployments import types
from deployments.router.catalogue import Category
from serve_app.contract import messages
from serve_app.contract.errors import TABLE, problem_type
from serve_app.contract.verbs import VERBS, StreamVerb

PROTOS: Final = Path("protos")
METRIC_FILES: Final = (
    "serve_app/cluster/metrics.py",
    "serve_app/autoscaling/serve.py",
    "deployments/replica.py",
    "deployments/stage_metrics.py",
    "deployments/captioner/second_level.py",
    "deployments/reward/shadow.py",
)
# Where a contract model is not called as its message.
MODELS: Final = {"LengthProfileInfo": types.LengthProfile}
# The numbers of a FileDescriptorProto's fields, of which the paths of comments are made.
_MESSAGE, _ENUM, _SERVICE, _FIELD = 4, 5, 6, 2


def _described() -> list[FileDescriptorProto]:
    """Our protos with their comments."""
    sources = sorted(str(p.relative_to(PROTOS)) for p in PROTOS.glob("pushgen/**/*.proto"))
    includes = [str(PROTOS), str(files("grpc_tools") / "_proto")]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "protos"
        args = [*(f"-I{i}" for i in includes), "--include_source_info", f"--descriptor_set_out={out}"]
        if protoc.main(["protoc", *args, *sources]) != 0:
            raise SystemExit("protoc failed; its message is above")
        return list(FileDescriptorSet.FromString(out.read_bytes()).file)


def _comments(file: FileDescriptorProto) -> dict[tuple[int, ...], str]:
    return {tuple(at.path): at.leading_comments.strip() for at in file.source_code_info.location}


def _anchor(type_name: str) -> str:
    name = type_name.rsplit(".", 1)[1]
    return f"[{name}](#{name.lower()})" if type_name.startswith(".pushgen.") else f"`{type_name.lstrip('.')}`"


def _type(field: FieldDescriptorProto, message: DescriptorProto) -> str:
    if field.type_name:
        for entry in message.nested_type:
            if entry.options.map_entry and field.type_name.endswith(f".{entry.name}"):
                return "map of string to string"
        name = _anchor(field.type_name)
    else:
        name = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"list of {name}"
    return f"{name}, optional" if field.proto3_optional else name


def _properties(message: str) -> dict[str, dict]:
    """The JSON schema of each field of the message's contract model: the limits that are not in the proto."""
    model = MODELS.get(message) or getattr(messages, message, None) or getattr(types, message, None)
    return properties_of(model) if isinstance(model, type) and issubclass(model, BaseModel) else {}


def _limits(schema: dict) -> str:
    value_bounds = bounds(schema)
    each = bounds(schema.get("items", {}))
    return value_bounds + (f"{'; ' if value_bounds else ''}each {each}" if each else "")


def _message_section(message: DescriptorProto, about: str, comments: dict[tuple[int, ...], str], at: int) -> str:
    properties = _properties(message.name)
    rows = []
    for n, field in enumerate(message.field):
        meaning = comments.get((_MESSAGE, at, _FIELD, n), "")
        if field.HasField("oneof_index") and not field.proto3_optional:
            meaning = f"One of `{message.oneof_decl[field.oneof_index].name}`. {meaning}"
        rows.append(
            (f"`{field.name}`", str(field.number), _type(field, message), cell(_limits(properties.get(field.name, {}))),
             cell(meaning))
        )  # fmt: skip
    text = f"### {message.name}\n\n" + (f"{about}\n\n" if about else "")
    return text + (table(("field", "number", "type", "limits", "meaning"), rows) if rows else "It has no fields.\n")


def api_page() -> str:
    described = _described()
    rpcs: dict[str, str] = {}
    parts: dict[str, list[str]] = {"Messages": [], "Enums": []}
    about_service = ""
    for file in sorted(described, key=lambda f: ("service" not in f.name, "item" not in f.name)):
        comments = _comments(file)
        for s, service in enumerate(file.service):
            about_service = comments.get((_SERVICE, s), "")
            rpcs |= {m.name: comments.get((_SERVICE, s, _FIELD, n), "") for n, m in enumerate(service.method)}
        for n, message in enumerate(file.message_type):
            parts["Messages"].append(_message_section(message, comments.get((_MESSAGE, n), ""), comments, n))
        for n, enum in enumerate(file.enum_type):
            rows = [
                (f"`{v.name}`", str(v.number), cell(comments.get((_ENUM, n, _FIELD, i), "")))
                for i, v in enumerate(enum.value)
            ]
            head = f"### {enum.name}\n\n" + (f"{comments[_ENUM, n]}\n\n" if comments.get((_ENUM, n)) else "")
            parts["Enums"].append(head + table(("value", "number", "meaning"), rows))
    rows = [
        (
            f"`{verb.rpc}`",
            f"`{verb.method} {verb.path}`",
            f"[{verb.rpc}Request](#{verb.rpc.lower()}request)",
            ("stream of " if isinstance(verb, StreamVerb) else "")
            + f"[{verb.rpc}Response](#{verb.rpc.lower()}response)",
            cell(rpcs[verb.rpc]),
        )
        for verb in VERBS
    ]
    text = "# API\n\nThe service is `pushgen.v1.PushGenService`. " + " ".join(about_service.split()) + "\n\n"
    text += (
        "HTTP JSON is the ProtoJSON of the messages, with the proto's field names. Over HTTP a stream is a stream of "
        "server-sent events. Limits in the tables hold for every deployment. An operator sets further ones, see "
        "`LimitKnobs` in [Knobs](knobs.md#limitknobs); `GetServiceInfo` publishes those.\n\n## RPCs\n\n"
    )
    text += table(("RPC", "HTTP", "request", "response", "for"), rows)
    for title, sections in parts.items():
        text += f"\n## {title}\n\n" + "\n".join(sections)
    return text


def errors_page() -> str:
    rows = [
        (
            f"`{kind.reason}`",
            f"`{mapping.code.name}`",
            str(mapping.http_status),
            f"`{problem_type(kind.reason)}`",
            f"`{kind.__name__}`",
            cell(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]),
        )
        for kind, mapping in TABLE.items()
    ]
    return (
        "# Errors\n\nOver gRPC an error is a `google.rpc.Status`. Its details are ErrorInfo (domain `pushgen.v1`, the "
        "reason below) and RequestInfo always, BadRequest with every field violation, and RetryInfo where trying again "
        "helps. Over HTTP it is problem+json (RFC 9457) with the same content, and a `Retry-After` header.\n\n"
        + table(("reason", "gRPC code", "HTTP", "`type` over HTTP", "in Python", "meaning"), rows)
    )


def categories_page() -> str:
    entries = yaml.safe_load(Path("configs/categories.yaml").read_text(encoding="utf-8"))["categories"]
    rows = []
    for entry in entries:
        info = Category.model_validate(entry).info()
        gate = info.gate.replace("|", "\\|")
        rows.append(
            (f"`{info.category}`", cell(info.definition), cell(info.instruction), f"`{gate}`" if gate else "",
             f"{entry.get('prior', 0.0):+.2f}", "yes" if info.is_default else "")
        )  # fmt: skip
    head = ("category", "definition", "instruction to the writer", "gate", "prior", "default")
    return (
        "# Categories\n\nThe catalogue of `configs/categories.yaml`. The list is ours; the paper's is not public. The "
        "gate is the evidence without which the router does not offer the category, unless the caller asks for it by "
        "name. The prior is added to the similarity before the softmax. A default category is used when the router "
        "cannot answer in time.\n\n" + table(head, rows)
    )


def metrics_page() -> str:
    rows = [row for file in METRIC_FILES for row in _metrics(file)]
    return (
        "# Metrics\n\nRay's exporter puts `ray_` before each name, and adds the deployment and the replica as tags.\n\n"
        + table(("metric", "kind", "tags", "meaning"), rows)
    )


def _metrics(file: str) -> Iterator[tuple[str, str, str, str]]:
    """The metrics that a file makes: calls of Counter, Gauge and Histogram, and of local helpers that add a prefix."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    prefixes: dict[str, str] = {}
    inner: set[ast.Call] = set()
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    for helper in (f for f in functions if f.name in ("counter", "gauge", "histogram")):
        for call in (n for n in ast.walk(helper) if isinstance(n, ast.Call) and n.args):
            if isinstance(call.args[0], ast.JoinedStr) and isinstance(call.args[0].values[0], ast.Constant):
                prefixes[helper.name] = str(call.args[0].values[0].value)
                inner.add(call)
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call) and n not in inner):
        made = call.func.id if isinstance(call.func, ast.Name) else ""
        if made.lower() not in ("counter", "gauge", "histogram") or not call.args:
            continue
        words = {k.arg: k.value for k in call.keywords}
        texts = [a.value for a in call.args if isinstance(a, ast.Constant)]
        about = _text(words["description"]) if "description" in words else str(texts[1])
        keys = words.get("tag_keys")
        tags = [str(t.value) for t in keys.elts if isinstance(t, ast.Constant)] if isinstance(keys, ast.Tuple) else []
        tags = tags or [str(t) for t in texts[2:]]
        name = f"{prefixes.get(made, '')}{texts[0]}"
        yield f"`{name}`", made.lower(), ", ".join(f"`{t}`" for t in tags), cell(about)


def _text(node: ast.expr) -> str:
    """A string, in which what is computed is left as its name."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "N" for v in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""
