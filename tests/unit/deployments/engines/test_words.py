"""What an engine's answer costs, in the words of the stages."""

from __future__ import annotations

from deployments.engines.words import Sample


def test_a_samples_cost_is_its_usage() -> None:
    sample = Sample(
        "text", False, -0.5, prompt_tokens=9, cached_tokens=4, output_tokens=3, queue_ms=1.5, compute_ms=8.0
    )
    usage = sample.usage(batch_size=6)
    assert (usage.prompt_tokens, usage.cached_tokens, usage.output_tokens) == (9, 4, 3)
    assert (usage.queue_ms, usage.compute_ms, usage.batch_size) == (1.5, 8.0, 6)
    assert usage.cache_hits == 0, "a prefix in the KV cache is no answer from a stage's cache"
