"""Weighs the catalogue's style categories for an item."""
