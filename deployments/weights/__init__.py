"""Model references: where a model's weights are, or how to get them from a package of the package index.

A reference is one of
- `package:NAME`: weights that come inside a Python package, prepared once into the cache folder where they need it;
- `BASE+FOLDER`: a package or a local folder, with the LoRA adapter in FOLDER merged into its weights, prepared once for
  each content of the adapter;
- anything else: a path or a model hub id, used as it is.

A further package is one file here (`smollm2.py` is a converted one, `minilm.py` one that is used where it lies) and
one entry in `registry.py`.
"""

from deployments.weights.cache import Progress
from deployments.weights.references import public_name
from deployments.weights.registry import PACKAGES, is_local, resolve, revision

__all__ = ["PACKAGES", "Progress", "is_local", "public_name", "resolve", "revision"]
