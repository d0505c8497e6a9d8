"""A Serve config file, read and checked as far as one can without starting anything; errors with file, line and key."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import Field, StrictInt, StrictStr, ValidationError

from deployments.errors import Misconfigured
from deployments.settings import Strict, describe_one
from serve_app.settings import AppSettings

OUR_APP: Final = "serve_app.app:build"
_MAX_BYTES = 2**20
_MAX_VALUES = 100_000
_SHOWN = 40

_Port = Annotated[StrictInt, Field(ge=1, le=65535)]


class HttpOptions(Strict):
    host: StrictStr = "127.0.0.1"
    port: _Port = 8000
    root_path: Any = None
    request_timeout_s: Any = None
    keep_alive_timeout_s: Any = None
    ssl_keyfile: Any = None
    ssl_certfile: Any = None
    ssl_keyfile_password: Any = None
    ssl_ca_certs: Any = None


class GrpcOptions(Strict):
    port: _Port = 9000
    grpc_servicer_functions: list[StrictStr] = Field(min_length=1)
    request_timeout_s: Any = None
    enable_reflection: Any = None


class Deployment(Strict):
    name: StrictStr
    user_config: dict[str, Any] | None = None
    num_replicas: Any = None
    max_ongoing_requests: Any = None
    max_queued_requests: Any = None
    autoscaling_config: Any = None
    backpressure_config: Any = None
    deployment_actors: Any = None
    gang_scheduling_config: Any = None
    max_surge_percent: Any = None
    rolling_update_percentage: Any = None
    graceful_shutdown_wait_loop_s: Any = None
    graceful_shutdown_timeout_s: Any = None
    health_check_period_s: Any = None
    health_check_timeout_s: Any = None
    ray_actor_options: Any = None
    placement_group_bundles: Any = None
    placement_group_strategy: Any = None
    placement_group_bundle_label_selector: Any = None
    max_replicas_per_node: Any = None
    logging_config: Any = None
    request_router_config: Any = None


class Application(Strict):
    import_path: StrictStr
    args: dict[str, Any] = Field(default_factory=dict)
    deployments: list[Deployment] = Field(default_factory=list)
    name: Any = None
    route_prefix: Any = None
    runtime_env: Any = None
    host: Any = None
    port: Any = None
    autoscaling_policy: Any = None
    logging_config: Any = None
    external_scaler_enabled: Any = None


class ServeConfig(Strict):
    """The keys that Serve knows, and the types of those that are read here; Serve itself checks the others' values.

    Serve alone would pass over a key that it does not know.
    """

    grpc_options: GrpcOptions
    applications: list[Application] = Field(min_length=1)
    http_options: HttpOptions = HttpOptions()
    proxy_location: Any = None
    controller_options: Any = None
    logging_config: Any = None
    tracing_config: Any = None
    target_capacity: Any = None


Location = tuple[str | int, ...]


@dataclass
class Document:
    """A parsed file, with the line of each key."""

    data: Any
    lines: dict[Location, int] = field(default_factory=dict)

    def place(self, location: Location) -> tuple[str, int | None]:
        """Return the dotted path of what exists in the file, and its line. Names of pydantic's own are left out."""
        path: Location = ()
        for part in location:
            if (*path, part) in self.lines:
                path = (*path, part)
        missing = location[-1:] if location and path[-1:] != location[-1:] else ()
        return dotted((*path, *missing)), self.lines.get(path)


def read(path: Path) -> dict[str, Any]:
    """Read a Serve config and check its keys, its ports and the settings of our application. Raises Misconfigured."""
    document = parse_yaml(_text(path), path)
    try:
        checked = ServeConfig.model_validate(document.data)
    except ValidationError as error:
        raise Misconfigured(_sentences(error, document, path)) from None
    if checked.http_options.port == checked.grpc_options.port:
        raise Misconfigured(f"{path}: http_options.port and grpc_options.port are both {checked.http_options.port}")
    for number, application in enumerate(checked.applications):
        if application.import_path == OUR_APP:
            try:
                AppSettings.model_validate(application.args)
            except ValidationError as error:
                raise Misconfigured(_sentences(error, document, path, ("applications", number, "args"))) from None
    return dict(document.data)


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise Misconfigured(f"the config {str(path)!r} is a folder; name a file such as configs/demo.yaml")
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise Misconfigured(f"there is no config {str(path)!r}{_nearest(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misconfigured(f"the config {str(path)!r} cannot be read: {reason}") from None
    if len(content) > _MAX_BYTES:
        raise Misconfigured(f"the config {str(path)!r} is larger than a config can be ({_MAX_BYTES} bytes)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Misconfigured(f"{path}, line {line}: not UTF-8: save the file in that encoding") from None


def _nearest(path: Path) -> str:
    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.suffix in (".yaml", ".yml"))
    except OSError:
        return f": there is no folder {str(path.parent)!r}"
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.5)
    return f"; did you mean {str(path.parent / near[0])!r}?" if near else ""


def parse_yaml(text: str, path: Path) -> Document:
    """Parse one YAML document. A key that stands twice is an error: YAML's parser would drop the first."""
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        document = Document(None)
        if root is not None:
            _note_lines(root, (), document.lines, path)
            document.data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        advice = ": indent with spaces" if "'\\t'" in str(error.problem) else ""
        raise Misconfigured(f"{path}{line}: not YAML: {error.problem or error.context}{advice}") from None
    except yaml.YAMLError as error:
        raise Misconfigured(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    except (ValueError, RecursionError, TypeError, OverflowError) as error:  # an impossible date, a hundred brackets
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Misconfigured(f"{path}: not a config: {reason}") from None
    if document.data is None:
        raise Misconfigured(f"{path}: the file is empty; configs/demo.yaml is an example")
    return document


def _note_lines(node: yaml.Node, at: Location, lines: dict[Location, int], path: Path) -> None:
    lines[at] = node.start_mark.line + 1
    if len(lines) > _MAX_VALUES:  # a few lines of aliases of aliases can mean millions
        raise Misconfigured(f"{path}: more than {_MAX_VALUES} values")
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _note_lines(item, (*at, number), lines, path)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen and name != "<<":
                raise Misconfigured(f"{path}, line {line}: {dotted((*at, name))}: the key stands twice")
            seen.add(name)
            _note_lines(value, (*at, name), lines, path)
            lines[*at, name] = line


def dotted(location: Location) -> str:
    """Format a location as `applications[0].args`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location).removeprefix(".")


def _sentences(error: ValidationError, document: Document, path: Path, at: Location = ()) -> str:
    """Format each violation with its file, line and key."""
    sentences = []
    for violation in error.errors():
        key = (violation.get("ctx") or {}).get("key")
        location = (*at, *violation["loc"], *((key,) if isinstance(key, str) else ()))
        name, line = document.place(location)
        where = f"{path}, line {line}" if line and location else str(path)
        sentences.append(f"{where}: {f'{name}: ' if name else ''}{describe_one(violation)}{_value(violation)}")
    return "\n".join(sentences)


def _value(violation: Any) -> str:
    """What stands there instead, where it is short and the message does not say it."""
    value = violation["input"]
    if violation["type"] in ("missing", "value_error", "unknown_key") or isinstance(value, dict | list):
        return ""
    return f", not {value!r}" if len(repr(value)) <= _SHOWN else ""
