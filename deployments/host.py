"""The limits of this machine, read from the operating system."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")

# CPU flags that mean multiplication in bfloat16: x86 AVX-512 and AMX, Arm.
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


def computes_in_bfloat16(cpuinfo: Path = _CPUINFO) -> bool:
    """True when the CPU multiplies bfloat16 natively. Without that, it is emulated 3 to 5 times slower than float32."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            return not _BFLOAT16_FLAGS.isdisjoint(value.split())
    return False


def usable_cpus(quota: Path = _CGROUP_QUOTA) -> int:
    """Cores that this process may use: its affinity, and its container's quota (cgroup v2)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        limit, period = quota.read_text(encoding="ascii").split()
        if limit != "max":
            cores = min(cores, math.ceil(int(limit) / int(period)))
    except (OSError, ValueError):  # no cgroup v2 here
        pass
    return max(1, cores)
