"""Model references: they name a model's weights, and packages of the package index that contain some.

A reference is one of
- `package:NAME`: weights inside a Python package, converted once into the cache folder if needed;
- `BASE+FOLDER`: a package or a local folder, with the LoRA adapter in FOLDER merged into its weights, once for each
  content of the adapter;
- anything else: a path or a model hub id, passed on unchanged.

To add a package, add one file here (`smollm2.py` is a converted one, `minilm.py` one that is used in place) and one
entry in `registry.py`.
"""

from deployments.weights.cache import Progress
from deployments.weights.references import public_name
from deployments.weights.registry import PACKAGES, is_local, resolve, revision

__all__ = ["PACKAGES", "Progress", "is_local", "public_name", "resolve", "revision"]
