"""`python -m benchmarks.policy`: the copy checks against labelled cases."""
