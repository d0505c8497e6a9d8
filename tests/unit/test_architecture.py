"""The rooms: imports run one way, files stay small, the contract's stubs match its protos."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

MAX_LINES = 300


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return modules


def sources(root: Path, *folders: str) -> list[Path]:
    return [p for f in folders for p in sorted((root / f).rglob("*.py"))]


def importers(root: Path, folders: list[str], barred: tuple[str, ...]) -> list[str]:
    return [
        f"{p.relative_to(root)} imports {name}"
        for p in sources(root, *folders)
        for name in imports_of(p)
        if name.split(".")[0] in barred or name in barred
    ]


@pytest.mark.parametrize(
    ("folders", "barred"),
    [
        (["deployments"], ("serve_app", "training", "benchmarks", "tests")),
        (["serve_app"], ("training", "benchmarks", "tests")),
        (["training"], ("serve_app.ingress", "benchmarks", "tests", "ray")),
    ],
)
def test_imports_run_one_way(root: Path, folders: list[str], barred: tuple[str, ...]) -> None:
    assert importers(root, folders, barred) == []


# What a room of the application may import of the others.
ARROWS = {
    "contract": set(),
    "policy": set(),
    # What a command needs: importing the client brings neither rules nor Ray.
    "client": {"contract", "checking", "audit", "bulk"},
    "checking": {"contract", "flow", "policy"},
    "audit": {"flow", "policy"},
    "access": {"policy"},
    "autoscaling": set(),
    "fetch": set(),
    "flow": {"access", "contract", "policy", "fetch"},
    "cluster": {"access", "autoscaling", "flow", "policy", "contract", "stages"},
    "ingress": {"access", "cluster", "flow", "contract", "stages"},
    "bulk": {"access", "cluster", "contract", "demo", "flow", "policy", "settings", "stages"},
    "demo": {"client", "contract", "flow", "settings", "stages"},
}


@pytest.mark.parametrize("room", ARROWS)
def test_the_rooms_of_the_application_have_one_way_arrows(root: Path, room: str) -> None:
    imported_rooms = {
        name.split(".")[1]
        for path in sources(root, f"serve_app/{room}")
        for name in imports_of(path)
        if name.startswith("serve_app.")
    }
    assert imported_rooms - {room} <= ARROWS[room]


def test_imports_have_no_circles(root: Path) -> None:
    """Late imports count: a circle is one however it is hidden."""
    graph = modules_and_imports(root, "serve_app", "deployments", "training", "benchmarks")
    sorter = graphlib.TopologicalSorter(graph)
    sorter.prepare()  # raises CycleError, which names the circle


def modules_and_imports(root: Path, *folders: str) -> dict[str, set[str]]:
    names = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sources(root, *folders)
    }
    imports: dict[str, set[str]] = {}
    for name, path in names.items():
        imported: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                submodules = {f"{node.module}.{alias.name}" for alias in node.names}
                imported |= (submodules & names.keys()) or {node.module}
        imports[name] = (imported & names.keys()) - {name}
    return imports


# What a caller writes in an item. Only `deployments/item_text.py` makes it plain.
TEXTS_OF_AN_ITEM = {"title", "description", "creator", "tags", "metadata", "caption", "alt_text"}


def test_one_file_reads_the_texts_of_an_item(root: Path) -> None:
    """Whoever reads them elsewhere, reads HTML. The client shows what its user sent."""
    readers = {
        f"{path.relative_to(root)} reads item.{node.attr}"
        for path in sources(root, "deployments", "serve_app")
        if path.name not in {"item.py", "item_text.py"} and "client" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in TEXTS_OF_AN_ITEM
        and (node.attr == "alt_text" or getattr(node.value, "id", getattr(node.value, "attr", "")).endswith("item"))
    }
    assert readers == set()


def test_the_foundation_imports_nothing_of_ours(root: Path) -> None:
    ours = ("deployments", "serve_app", "pushgen", "training")
    foundation = [root / "deployments/errors.py", *(root / "deployments/types").glob("*.py")]
    imported = {i for path in foundation for i in imports_of(path) if i.startswith(ours)}
    assert {i for i in imported if not i.startswith("deployments.types")} == set()


def test_one_file_imports_the_client_of_others(root: Path) -> None:
    openai_importers = importers(root, ["deployments", "serve_app"], ("openai",))
    assert openai_importers == ["deployments/engines/openai_api.py imports openai"]


def test_the_pipeline_knows_neither_ray_nor_vllm(root: Path) -> None:
    code = "import serve_app.flow.pipeline, sys; print([m for m in ('ray', 'vllm', 'torch') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True).strip() == "[]"


def test_settings_import_no_models(root: Path) -> None:
    """A config is checked, and a replica placed, without loading a framework."""
    heavy = "('ray', 'vllm', 'torch', 'transformers', 'openai')"
    code = f"import serve_app.settings, sys; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True).strip() == "[]"


@pytest.mark.parametrize(
    "code",
    [
        "import serve_app.client",
        "from serve_app.client.cli import app; app(['--help'], standalone_mode=False)",
    ],
    ids=["import", "pushgen --help"],
)
def test_the_client_brings_no_server(root: Path, code: str) -> None:
    heavy = ("ray", "torch", "vllm", "transformers", "onnxruntime", "fastapi", "numpy", "PIL")
    code += f"; import sys; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True).splitlines()[-1] == "[]"


def test_every_package_is_installed(root: Path) -> None:
    """A folder that pyproject.toml does not list works here and is missing where the project is installed."""
    listed = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {str(path.parent.relative_to(root)) for path in sources(root, "deployments", "serve_app")}
    assert {folder.replace("/", ".") for folder in folders} == {name for name in listed if "pushgen" not in name}


def test_files_stay_small(root: Path) -> None:
    long = {
        str(p.relative_to(root)): lines
        for p in sources(root, "deployments", "serve_app", "training", "tests", "benchmarks", "tools")
        if (lines := len(p.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_stubs_match_the_protos(root: Path) -> None:
    done = subprocess.run([sys.executable, "tools/proto.py", "--check"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
