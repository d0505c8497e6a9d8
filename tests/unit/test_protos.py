"""The protos compile alone, for callers of other languages."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import files as installed_files
from importlib.resources import files
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.rpc import status_pb2
from grpc_tools import protoc


@pytest.fixture
def described(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileDescriptorSet:
    """What `protoc -I protos protos/pushgen/v1/*.proto` makes in a folder that has nothing else."""
    shutil.copytree(root / "protos", tmp_path / "protos", ignore=shutil.ignore_patterns("*.py", "*.pyi"))
    monkeypatch.chdir(tmp_path)
    sources = [str(path.relative_to(tmp_path)) for path in sorted((tmp_path / "protos/pushgen/v1").glob("*.proto"))]
    own_includes = files("grpc_tools") / "_proto"  # google/protobuf, as every protoc has it
    arguments = ["-I", "protos", "-I", str(own_includes), "--include_imports", "--descriptor_set_out=out"]
    assert protoc.main(["protoc", *arguments, *sources]) == 0
    return FileDescriptorSet.FromString((tmp_path / "out").read_bytes())


def test_they_compile_with_what_protoc_has(described: FileDescriptorSet) -> None:
    assert {file.name for file in described.file} == {
        "google/protobuf/any.proto",
        "google/rpc/status.proto",
        *(f"pushgen/v1/{name}.proto" for name in ("item", "decision", "service")),
    }


def test_each_has_its_package_in_go_and_java(described: FileDescriptorSet) -> None:
    ours = [file.options for file in described.file if file.package == "pushgen.v1"]
    assert {(o.go_package, o.java_package, o.java_multiple_files) for o in ours} == {
        ("pushgen/v1;pushgenv1", "pushgen.v1", True)
    }


def test_googles_proto_is_that_of_its_package_and_says_whose_it_is(root: Path) -> None:
    here = (root / "protos/google/rpc/status.proto").read_text()
    theirs = Path(status_pb2.__file__).with_name("status.proto").read_text()
    assert re.sub(r"Copyright \d+", "", here) == re.sub(r"Copyright \d+", "", theirs)
    assert "Apache License" in here
    assert "protos/google/rpc/status.proto" in (root / "NOTICE").read_text()


def test_no_stub_of_ours_stands_before_googles(root: Path) -> None:
    assert list((root / "protos/google").rglob("*.py")) == []
    assert not Path(status_pb2.__file__).is_relative_to(root / "protos")
    assert any(str(file) == "google/rpc/status_pb2.py" for file in installed_files("googleapis-common-protos") or ())
