"""`make demo` and `make serve`: the shipped items through a real graph on this machine."""
