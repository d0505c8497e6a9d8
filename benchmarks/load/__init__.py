"""Offered rate against latency and goodput."""
