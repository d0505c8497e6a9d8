"""A local cluster of several Ray nodes, changed and damaged under load: `python -m benchmarks.cluster`."""
