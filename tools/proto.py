"""Regenerate the Python stubs of `protos/` (`make proto`), or say whether they have drifted (`--check`).

Stubs are committed, so that a caller needs no compiler. `protos/google/` lets callers compile ours alone. Its stubs
come with googleapis-common-protos, so none are made here.
"""

from __future__ import annotations

import argparse
import filecmp
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")


def generate(out: Path) -> None:
    """Write the stubs of every proto under `out`; raises SystemExit when protoc refuses one."""
    sources = sorted(str(p.relative_to(PROTOS)) for p in PROTOS.glob("pushgen/**/*.proto"))
    includes = [str(PROTOS), str(files("grpc_tools") / "_proto")]
    args = [
        "protoc",
        *(f"-I{i}" for i in includes),
        f"--python_out={out}",
        f"--pyi_out={out}",
        f"--grpc_python_out={out}",
    ]
    if protoc.main([*args, *sources]) != 0:
        raise SystemExit("protoc failed; its message is above")


def drifted() -> list[str]:
    """Names of stubs that are missing, left over, or differ from what the protos give now."""
    with tempfile.TemporaryDirectory() as tmp:
        out = Path(tmp)
        generate(out)
        fresh = {p.relative_to(out) for p in out.rglob("*") if p.name.endswith(SUFFIXES)}
        kept = {p.relative_to(PROTOS) for p in PROTOS.rglob("*") if p.name.endswith(SUFFIXES)}
        same = {p for p in fresh & kept if filecmp.cmp(out / p, PROTOS / p, shallow=False)}
        return sorted(str(p) for p in (fresh | kept) - same)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a stub has drifted")
    if not parser.parse_args().check:
        generate(PROTOS)
        return 0
    stale = drifted()
    sys.stdout.write("".join(f"drifted: {name} (run `make proto`)\n" for name in stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
