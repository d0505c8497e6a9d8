"""The graph against bare vLLM."""
