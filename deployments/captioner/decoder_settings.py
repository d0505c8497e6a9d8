"""Settings of the processes that decode images and frames."""

from __future__ import annotations

from pydantic import Field

from deployments.settings import Settings


class DecoderSettings(Settings):
    """At most `processes` decode at a time, and no more than there are cores. Each starts on first need.

    An idle process takes about 20 MB. A picture that needs more than `max_memory_mb` is refused: 1 GiB is enough for 40
    megapixels in any mode.
    """

    processes: int = Field(default=2, ge=1, le=64)
    max_memory_mb: int = Field(default=1024, ge=128)
