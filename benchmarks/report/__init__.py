"""One report of all results."""
