"""The prefix cache."""
