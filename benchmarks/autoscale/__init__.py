"""Autoscaling: ours against Serve's stock policy."""
