"""Writes a GGUF model as a checkpoint folder: tokenizer, chat template, configs, weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deployments.errors import Misconfigured
from deployments.weights import gguf_model
from deployments.weights.cache import Progress


def write(model: gguf_model.Model, target: Path, ids: dict[str, int], progress: Progress) -> None:
    """Fill the empty folder `target`. `ids`: the special tokens' ids by their names in config.json.

    Raises Misconfigured for an unsupported tokenizer.
    """
    progress("writing the tokenizer", 0.4)
    tokenizer(model).save(str(target / "tokenizer.json"))
    special = {name.removesuffix("_id"): model.tokens[number] for name, number in ids.items()}
    _write(
        target / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": model.size("context_length"),
            "clean_up_tokenization_spaces": False,
            **special,
        },
    )
    (target / "chat_template.jinja").write_text(model.field("tokenizer.chat_template"), encoding="utf-8")
    config_ids = {name: number for name, number in ids.items() if name != "unk_token_id"}
    _write(target / "config.json", gguf_model.config(model) | config_ids)
    _write(target / "generation_config.json", config_ids)
    gguf_model.write_safetensors(
        model, target / "model.safetensors", lambda done: progress("dequantising the weights", 0.45 + 0.55 * done)
    )


def tokenizer(model: gguf_model.Model) -> Any:
    """Build the byte-level BPE tokenizer from GGUF's vocabulary, merges and name of its splits."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers  # noqa: PLC0415 - heavy

    name = model.field("tokenizer.ggml.pre")
    if name not in _SPLITS:
        raise Misconfigured(f"the GGUF file has a tokenizer {name!r}; known: {', '.join(_SPLITS)}")
    merges = [tuple(merge.split(" ", 1)) for merge in model.field("tokenizer.ggml.merges")]
    made = Tokenizer(models.BPE(vocab={word: n for n, word in enumerate(model.tokens)}, merges=merges))
    if name == "qwen2":
        made.normalizer = normalizers.NFC()
    made.pre_tokenizer = _SPLITS[name]()
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(word, special=True, normalized=False) for word in model.control_tokens])
    return made


def _digits_alone() -> Any:
    """SmolLM2: each digit is one token."""
    from tokenizers import pre_tokenizers  # noqa: PLC0415 - heavy

    return pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )


def _qwen2() -> Any:
    """Qwen2: contractions, words, single digits, punctuation, space (its published tokenizer.json)."""
    from tokenizers import Regex, pre_tokenizers  # noqa: PLC0415 - heavy

    words = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    pattern = rf"{words}|\s*[\r\n]+|\s+(?!\S)|\s+"
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


_SPLITS: dict[str, Callable[[], Any]] = {"smollm": _digits_alone, "qwen2": _qwen2}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
