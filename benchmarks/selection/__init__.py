"""A/B tests replayed through selection."""
