"""What is measured: one row an application."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.lib.local_app import Edit, fakes
from serve_app.stages import INGRESS, STAGES

CONFIG: Final = Path("configs/fake.yaml")
ECHO: Final = "stock_echo"
NO_OP: Final = fakes({row.deployment: 0.0 for row in STAGES})


@dataclass(frozen=True)
class Variant:
    """`stock`: with Serve's own defaults, whatever flags the others have."""

    name: str
    config: Path
    edit: Edit | None = None
    stock: bool = False


def inline(config: dict[str, Any]) -> None:
    """All stages but the generator in the ingress replica; their knobs are the Ingress's then."""
    NO_OP(config)
    application = config["applications"][0]
    knobs = {entry["name"]: entry["user_config"] for entry in application["deployments"]}
    stages = {}
    for row in STAGES:
        if row.key != "generator":
            application["args"]["scaling"][row.key] = {"placement": "inline"}
            stages[row.key] = knobs.pop(row.deployment)
    knobs[INGRESS] = {"stages": stages}
    application["deployments"] = [{"name": name, "user_config": each} for name, each in knobs.items()]


VARIANTS: Final = (
    Variant(ECHO, Path(__file__).with_name("echo.yaml"), stock=True),
    Variant("deployments", CONFIG, NO_OP),
    Variant("inline", CONFIG, inline),
)
