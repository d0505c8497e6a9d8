"""Import paths that a config names, looked up without running the module: it may load a framework."""

from __future__ import annotations

import ast
import difflib
import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

from deployments.errors import Misconfigured

FORM = "write module:attribute, as in serve_app.app:build"


def split(path: str) -> tuple[str, str]:
    """Return the module and the attribute of `module:attribute` or `module.attribute`, as Serve takes both.

    Raises Misconfigured for what is neither.
    """
    module, _, attribute = path.partition(":") if ":" in path else path.rpartition(".")
    if not attribute.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise Misconfigured(f"{path!r} is no import path: {FORM}")
    return module, attribute


def check(path: str) -> None:
    """Raise Misconfigured when there is no such module, or it certainly has no such attribute."""
    module, attribute = split(path)
    spec = _find(module)
    names = _names(spec)
    if names is None or attribute in names:
        return
    if spec.submodule_search_locations is not None and _exists(f"{module}.{attribute}"):
        raise Misconfigured(f"{path!r} is a module: {FORM}")
    raise Misconfigured(f"the module {module!r} has no {attribute!r}{_nearest(attribute, names)}")


def _find(module: str) -> ModuleSpec:
    """Find the module; its parents are imported, from the outermost in."""
    parts = module.split(".")
    spec = _spec(parts[0])
    for count in range(2, len(parts) + 1):
        if spec.submodule_search_locations is None:
            raise Misconfigured(f"{spec.name!r} is a module and no package, so there is no module {module!r}")
        spec = _spec(".".join(parts[:count]))
    return spec


def _spec(name: str) -> ModuleSpec:
    try:
        spec = importlib.util.find_spec(name)
    except Exception as error:  # noqa: BLE001 - a parent package's own code may raise anything
        raise Misconfigured(f"the module {name!r} cannot be looked up: {error}") from None
    if spec is None:
        raise Misconfigured(f"there is no module {name!r}")
    return spec


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def _names(spec: ModuleSpec) -> set[str] | None:
    """Return every name that the module's source binds somewhere; None where the source does not tell."""
    if spec.origin is None or not spec.origin.endswith(".py"):
        return None
    try:
        tree = ast.parse(Path(spec.origin).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    dynamic = names & {"*", "__getattr__"} or any(isinstance(n, ast.Name) and n.id == "globals" for n in ast.walk(tree))
    return None if dynamic else names


def _nearest(attribute: str, names: set[str]) -> str:
    near = difflib.get_close_matches(attribute, sorted(names), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
