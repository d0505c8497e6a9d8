"""Builds a vision-language model small enough for any machine.

SmolVLM's architecture (Idefics3) with the real SmolLM2-135M as its text half and a random vision half. Its captions
make no sense, but it reads images through the same code.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from deployments import weights

IMAGE_TOKENS = 4  # (image side 128 / patch 16)^2 / scale factor 4^2
_SPECIAL = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>")

# As SmolVLM's: a turn's content is text or a list of parts.
_CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def build(folder: Path) -> Path:
    """Write the model into `folder` as a Hugging Face directory."""
    import torch
    from safetensors.torch import load_file, save_file
    from transformers import (
        AutoTokenizer,
        Idefics3Config,
        Idefics3ForConditionalGeneration,
        Idefics3ImageProcessorPil,
        Idefics3Processor,
        LlamaConfig,
    )

    folder.mkdir(parents=True, exist_ok=True)
    text = Path(weights.resolve("package:smollm2-135m-instruct"))
    tokenizer = AutoTokenizer.from_pretrained(text)
    tokenizer.add_special_tokens({"additional_special_tokens": list(_SPECIAL)})
    vocabulary = 64 * ((len(tokenizer) + 63) // 64)

    def config(text_config: LlamaConfig) -> Idefics3Config:
        vision = {
            "hidden_size": 96, "intermediate_size": 192, "num_hidden_layers": 2, "num_attention_heads": 4,
            "image_size": 128, "patch_size": 16,
        }  # fmt: skip
        return Idefics3Config(
            text_config=text_config,
            vision_config=vision,
            scale_factor=4,
            image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
            pad_token_id=tokenizer.pad_token_id,
            tie_word_embeddings=True,
        )

    # The eye and the connector are made beside a text model of one layer, then joined to the real one.
    torch.manual_seed(0)
    known = json.loads((text / "config.json").read_text())
    stub = LlamaConfig(**known | {"num_hidden_layers": 1, "vocab_size": vocabulary})
    eye = Idefics3ForConditionalGeneration(config(stub)).state_dict()
    tensors = {name: value for name, value in eye.items() if ".text_model." not in name and "lm_head" not in name}
    # A random eye is faint beside the words; amplified, pictures visibly change the answer.
    tensors = {name: 40 * value if "connector" in name else value for name, value in tensors.items()}
    words = load_file(text / "model.safetensors")
    embedding = words["model.embed_tokens.weight"]
    more = embedding.mean(dim=0, keepdim=True).expand(vocabulary - len(embedding), -1)
    words["model.embed_tokens.weight"] = torch.cat([embedding, more])
    tensors |= {name.replace("model.", "model.text_model.", 1): value for name, value in words.items()}
    save_file(
        {name: value.to(torch.bfloat16).contiguous() for name, value in tensors.items()},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )

    whole = config(LlamaConfig(**known | {"vocab_size": vocabulary}))
    whole.architectures = ["Idefics3ForConditionalGeneration"]
    whole.save_pretrained(folder)
    shutil.copy(text / "generation_config.json", folder)
    processor = Idefics3Processor(
        Idefics3ImageProcessorPil(
            do_image_splitting=False, size={"longest_edge": 128}, max_image_size={"longest_edge": 128}
        ),
        tokenizer,
        image_seq_len=IMAGE_TOKENS,
        chat_template=_CHAT_TEMPLATE,
    )
    processor.save_pretrained(folder)
    return folder
