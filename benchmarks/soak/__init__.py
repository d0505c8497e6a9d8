"""A quarter of an hour of load with bursts and cancels: `python -m benchmarks.soak`."""
