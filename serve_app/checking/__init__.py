"""Checks of copies without a service: JSON in, findings and a verdict out."""
