"""The framework's own cost."""
