"""Measurements of the system and of its models. Nothing imports this."""
