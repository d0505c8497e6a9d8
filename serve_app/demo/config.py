"""A Serve config file, read and checked as far as one can without starting anything; errors with file, line and key."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, StrictInt, StrictStr, ValidationError

from deployments.errors import Misconfigured
from deployments.kinds import knobs_of
from deployments.settings import Knobs, Strict
from serve_app.demo import import_path
from serve_app.demo.document import Document, Location, parse_yaml, sentences, where
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.places import check_places, check_stages
from serve_app.flow.profiles import profiles_of
from serve_app.flow.writer import check_writer
from serve_app.settings import AppSettings
from serve_app.stages import INGRESS, STAGES

OUR_APP: Final = ("serve_app.app", "build")
_MAX_BYTES = 2**20

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


def read(path: Path) -> dict[str, Any]:
    """Read a Serve config; check its keys, ports and import paths, and our settings and knobs. Raises Misconfigured."""
    document = parse_yaml(_text(path), path)
    try:
        checked = ServeConfig.model_validate(document.data)
    except ValidationError as error:
        raise Misconfigured(sentences(error, document, path)) from None
    refuse_equal_ports(path, checked.http_options.port, checked.grpc_options.port)
    faults = _import_faults(checked, document, path)
    for number, application in enumerate(checked.applications):
        if not faults and import_path.split(application.import_path) == OUR_APP:
            faults += _application_faults(application, document, path, ("applications", number))
    if faults:
        raise Misconfigured("\n".join(faults))
    return dict(document.data)


def refuse_equal_ports(path: Path, http_port: int, grpc_port: int) -> None:
    """Raise Misconfigured."""
    if http_port == grpc_port:
        raise Misconfigured(f"{path}: http_options.port and grpc_options.port are both {http_port}")


def _import_faults(config: ServeConfig, document: Document, path: Path) -> list[str]:
    """Return the faults of import paths. Serve itself would try for ever, or end in a traceback."""
    named: list[tuple[Location, str]] = [
        (("grpc_options", "grpc_servicer_functions", number), function)
        for number, function in enumerate(config.grpc_options.grpc_servicer_functions)
    ]
    for number, application in enumerate(config.applications):
        brought = application.runtime_env if isinstance(application.runtime_env, dict) else {}
        if not brought.keys() & {"working_dir", "py_modules"}:  # code that is not on this machine's path
            named.append((("applications", number, "import_path"), application.import_path))
    faults = []
    for at, name in named:
        try:
            import_path.check(name)
        except Misconfigured as error:
            faults.append(f"{where(document, path, at)}: {error}")
    return faults


def _application_faults(application: Application, document: Document, path: Path, at: Location) -> list[str]:
    """Return the faults of the settings, the deployments' names and the knobs of our application."""
    try:
        settings = AppSettings.model_validate(application.args)
    except ValidationError as error:
        return [sentences(error, document, path, (*at, "args"))]
    knobs_types = {row.key: knobs_of(getattr(settings, row.key)) for row in STAGES}
    inline = {row.deployment: row.key for row in STAGES if row.key in settings.scaling.inline}
    types = {row.deployment: knobs_types[row.key] for row in STAGES if row.deployment not in inline}
    types[INGRESS] = IngressKnobs
    faults, ingress, ingress_at, seen = [], IngressKnobs(), at, set[str]()
    for number, deployment in enumerate(application.deployments):
        here = (*at, "deployments", number)
        if deployment.name not in types or deployment.name in seen:
            near = difflib.get_close_matches(deployment.name, types, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(types)}"
            if key := inline.get(deployment.name):
                hint = f"the {key} is inline: its knobs stand in the user_config of {INGRESS}, under stages.{key}"
            wrong = "stands twice" if deployment.name in seen else f"is no deployment of the application; {hint}"
            faults.append(f"{where(document, path, (*here, 'name'))}: {deployment.name!r} {wrong}")
            continue
        seen.add(deployment.name)
        try:
            knobs = types[deployment.name].model_validate(deployment.user_config or {})
        except ValidationError as error:
            faults.append(sentences(error, document, path, (*here, "user_config")))
            continue
        if isinstance(knobs, IngressKnobs):
            ingress, ingress_at = knobs, here
    if not faults:
        faults += _inline_faults(
            ingress, {key: knobs_types[key] for key in inline.values()}, document, path, ingress_at
        )
    if not faults:
        try:
            check_places(
                ingress.admission, settings.scaling.ingress.max_ongoing_requests, settings.scaling.stage_places()
            )
            check_writer(ingress.defaults, settings.writer_target())
            profiles_of(ingress)
        except Misconfigured as error:
            faults.append(f"{where(document, path, ingress_at)}: {error}")
    return faults


def _inline_faults(
    ingress: IngressKnobs, types: dict[str, type[Knobs]], document: Document, path: Path, at: Location
) -> list[str]:
    """Return the faults of the knobs of inline stages. types: by the keys of those stages. at: of the ingress."""
    try:
        check_stages(ingress, types)
    except Misconfigured as error:
        return [f"{where(document, path, at)}: {error}"]
    faults = []
    for key, knobs in ingress.stages.items():
        try:
            types[key].model_validate(knobs)
        except ValidationError as error:
            faults.append(sentences(error, document, path, (*at, "user_config", "stages", key)))
    return faults


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
    if path.is_symlink():
        return ": the link leads nowhere"
    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.suffix in (".yaml", ".yml"))
    except OSError:
        return f": there is no folder {str(path.parent)!r}"
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.5)
    return f"; did you mean {str(path.parent / near[0])!r}?" if near else ""
