"""Folders of models without weights: the shape of a real one and a tokenizer, for engines with `load_format: dummy`.

Speed does not depend on the weights, so a card can be measured where no hub can be reached. The shapes are those that
the models' cards publish: Qwen/Qwen3-4B-Instruct-2507 and Qwen/Qwen2.5-VL-3B-Instruct. The tokenizer is that of
Qwen2.5, with the same vocabulary.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from transformers import PretrainedConfig

TOKENIZER_FILES: Final = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json")
_VOCABULARY: Final[dict[str, Any]] = {"vocab_size": 151_936, "bos_token_id": 151_643, "eos_token_id": 151_645}
_VL_CHAT_TEMPLATE: Final = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def writer(folder: Path, tokenizer: Path, layers: int = 36) -> Path:
    """Write the shape of Qwen3-4B; `layers` for a smaller one. Returns the folder."""
    from transformers import Qwen3Config  # noqa: PLC0415 - heavy

    config = Qwen3Config(
        hidden_size=2560,
        intermediate_size=9728,
        num_hidden_layers=layers,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=262_144,
        rope_parameters={"rope_type": "default", "rope_theta": 5_000_000.0},
        tie_word_embeddings=True,
        dtype="bfloat16",
        **_VOCABULARY,
    )
    return _saved(folder, config, "Qwen3ForCausalLM", tokenizer)


def captioner(folder: Path, tokenizer: Path, layers: int = 36) -> Path:
    """Write the shape of Qwen2.5-VL-3B with its image processor; `layers` of the text half. Returns the folder."""
    from transformers import (  # noqa: PLC0415 - heavy
        AutoTokenizer,
        Qwen2_5_VLConfig,
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
    )

    text = {
        "hidden_size": 2048,
        "intermediate_size": 11_008,
        "num_hidden_layers": layers,
        "num_attention_heads": 16,
        "num_key_value_heads": 2,
        "max_position_embeddings": 128_000,
        "max_window_layers": 70,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0, "mrope_section": [16, 24, 24]},
        "tie_word_embeddings": True,
        **_VOCABULARY,
    }
    vision = {
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "num_heads": 16,
        "out_hidden_size": 2048,
        "window_size": 112,
        "fullatt_block_indexes": [7, 15, 23, 31],
        "tokens_per_second": 2,
    }
    config = Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        vision_start_token_id=151_652,
        vision_end_token_id=151_653,
        image_token_id=151_655,
        video_token_id=151_656,
        tie_word_embeddings=True,
        dtype="bfloat16",
    )
    _saved(folder, config, "Qwen2_5_VLForConditionalGeneration", tokenizer)
    Qwen2_5_VLProcessor(  # type: ignore[no-untyped-call]
        image_processor=Qwen2VLImageProcessor(),
        tokenizer=AutoTokenizer.from_pretrained(folder),
        video_processor=Qwen2VLVideoProcessor(),
        chat_template=_VL_CHAT_TEMPLATE,
    ).save_pretrained(folder)
    return folder


SHAPES: Final[Mapping[str, Callable[..., Path]]] = {"captioner": captioner, "generator": writer}


def _saved(folder: Path, config: PretrainedConfig, architecture: str, tokenizer: Path) -> Path:
    config.architectures = [architecture]
    config.save_pretrained(folder)
    for name in TOKENIZER_FILES:
        if (tokenizer / name).is_file():
            shutil.copy(tokenizer / name, folder)
    return folder


def with_shapes(config: dict[str, Any], folder: Path) -> None:
    """Let the engines of a serve config load the shapes in `folder` with random weights, in place."""
    stages = config["applications"][0]["args"]
    for stage in SHAPES:
        stages[stage]["engine"] |= {"model": str(folder / stage), "load_format": "dummy"}
