"""Settings of the processes that decode a captioner's pictures."""

from __future__ import annotations

from pydantic import Field

from deployments.settings import Settings


class DecoderSettings(Settings):
    """At most `processes` decode at a time, and never more than there are cores; each starts when it is needed.

    An idle process takes about 20 MB. A picture that needs more than `max_memory_mb` is refused: 1 GiB is enough for 40
    megapixels in any mode.
    """

    processes: int = Field(default=2, ge=1, le=64)
    max_memory_mb: int = Field(default=1024, ge=128)
