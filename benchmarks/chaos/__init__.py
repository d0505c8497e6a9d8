"""Faults under load, one at a time: `python -m benchmarks.chaos`."""
