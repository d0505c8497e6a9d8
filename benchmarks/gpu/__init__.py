"""`python -m benchmarks.gpu`: the first GPU hour, one command."""
