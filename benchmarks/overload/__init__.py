"""Goodput far beyond the knee, with the admission gate and without it."""
