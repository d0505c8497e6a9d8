"""Make an API key: `python -m serve_app.access new TENANT`. The service never sees the key, only the hash of it."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from serve_app.access.keys import hash_line, new_key

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def group() -> None:
    """API keys of tenants."""


@app.command()
def new(tenant: Annotated[str, typer.Argument(help="Its name in the file of the tenants.")]) -> None:
    """Print a new key (stdout), once, and the lines that make it known to the service (stderr)."""
    key = new_key()
    sys.stderr.write(
        "The key is on stdout. It is shown once and stands nowhere: give it to the tenant.\n"
        "For the file of the tenants (another key of a tenant: one more line of `keys`):\n\n"
        f"  - name: {json.dumps(tenant)}\n    keys:\n      - {hash_line(key)}\n\n"
    )
    sys.stderr.flush()
    sys.stdout.write(f"{key}\n")


if __name__ == "__main__":
    app()
