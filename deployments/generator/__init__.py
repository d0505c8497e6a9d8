"""Writes candidates: a text model on vLLM, steered by a category prompt, held to the length profile as it decodes."""
