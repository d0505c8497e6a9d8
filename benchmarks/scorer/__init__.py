"""The batcher against its alternatives."""
