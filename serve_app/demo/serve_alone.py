"""`serve`, with a cluster of its own that has no dashboard: `python -m serve_app.demo.serve_alone run CONFIG`.

Ray's dashboard is nine processes. A run to which nobody deploys again needs none of them.
"""

from __future__ import annotations

import ray
from ray.serve.scripts import cli

# The namespace that `serve run` would name.
_NAMESPACE = "serve"


def main() -> None:
    ray.init(namespace=_NAMESPACE, include_dashboard=False)  # `serve run` goes on with a Ray that is initialised
    cli()


if __name__ == "__main__":
    main()
