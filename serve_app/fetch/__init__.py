"""Fetching of pictures that a request names by URL."""
