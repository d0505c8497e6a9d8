"""Generators of candidates: a text model steered by a category prompt, within a length profile."""
