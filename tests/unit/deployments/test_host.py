from __future__ import annotations

import os
from pathlib import Path

import pytest

from deployments.host import computes_in_bfloat16, usable_cpus


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flags\t\t: fpu avx avx2 f16c", False),
        ("flags\t\t: fpu avx512f avx512_bf16", True),
        ("flags\t\t: fpu amx_tile amx_bf16", True),
        ("Features\t: fp asimd bf16", True),
    ],
)
def test_bfloat16_is_read_from_the_flags(tmp_path: Path, line: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nmodel name\t: avx512_bf16 in a name\n{line}\n")
    assert computes_in_bfloat16(cpuinfo) is expected


def test_a_machine_without_cpuinfo_takes_the_safe_way(tmp_path: Path) -> None:
    assert computes_in_bfloat16(tmp_path / "missing") is False


def test_a_containers_quota_bounds_the_threads(tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text("50000 100000\n")
    assert usable_cpus(quota) == 1
    quota.write_text("max 100000\n")
    assert usable_cpus(quota) == len(os.sched_getaffinity(0))
    assert usable_cpus(tmp_path / "missing") == len(os.sched_getaffinity(0))
