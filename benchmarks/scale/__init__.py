"""Throughput by replicas."""
