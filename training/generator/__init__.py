"""The generator from A/B logs: examples in the words that serve, an adapter trained on them, and what it is worth."""
