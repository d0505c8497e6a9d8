"""Examples as tokens: what is learnt, how often, and in which order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.generator.tokens import BadExamples, by_length, drawn, read, shares, tokens_of


def row(**more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Write."}]
    return {"messages": messages, "answer": "{}", "category": "", "style": "DIRECT", "fields": ["body"], **more}


class CharacterTokenizer:
    """A fake: a token a character, and 0 at the end of a turn."""

    eos_token_id = 0

    def apply_chat_template(self, messages: Any, tokenize: bool, add_generation_prompt: bool) -> str:
        return "".join(f"{m['role']}:{m['content']}\n" for m in messages) + "assistant:" * add_generation_prompt

    def encode(self, text: str, add_special_tokens: bool) -> list[int]:
        return [ord(c) for c in text]


def test_the_answer_ends_the_turn_and_the_prompt_opens_it() -> None:
    found = tokens_of(row(answer='{"body":"x"}'), CharacterTokenizer())
    assert "".join(map(chr, found.prompt)) == "user:Write.\nassistant:"
    assert "".join(map(chr, found.answer[:-1])) == '{"body":"x"}'
    assert found.answer[-1] == CharacterTokenizer.eos_token_id
    assert len(found) == len(found.prompt) + len(found.answer)


def test_evidence_support_and_both_fields_count_and_a_common_style_counts_less() -> None:
    assert shares([row(weight=1.5), row(weight=0.5)]) == pytest.approx([0.75, 0.25])
    assert shares([row(support=0.6), row(support=0.2)]) == pytest.approx([0.75, 0.25])
    assert shares([row(fields=["title", "body"]), row()]) == pytest.approx([2 / 3, 1 / 3])
    common = shares([row(), row(), row(), row(), row(style="QUOTE")])
    assert common[4] == pytest.approx(4**0.75 * common[0])


def test_every_row_is_drawn_as_often_as_its_share_says() -> None:
    rows = [row(weight=w) for w in (0.1, 0.4, 1.0, 1.7, 0.8)]
    counts = np.bincount(drawn(rows, 1000, seed=1), minlength=5)
    assert np.abs(counts - 1000 * shares(rows)).max() < 1.001
    assert drawn(rows, 50, seed=1).tolist() == drawn(rows, 50, seed=1).tolist()
    assert drawn(rows, 50, seed=1).tolist() != drawn(rows, 50, seed=2).tolist()


def test_a_batch_holds_like_lengths_and_nothing_is_lost() -> None:
    lengths = np.random.default_rng(0).integers(50, 500, 301).tolist()
    order = by_length(lengths, batch=8, seed=0)
    assert sorted(order) == list(range(301))

    def padded(indexes: list[int]) -> int:
        return sum(8 * max(lengths[i] for i in indexes[start : start + 8]) for start in range(0, 296, 8))

    assert padded(order) < 0.75 * padded(list(range(301)))


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text(json.dumps(row()) + "\n" + '{"answer": "x"}\n')
    with pytest.raises(BadExamples, match=r"train\.jsonl, line 2"):
        read([tmp_path], "train.jsonl")
    assert read([tmp_path], "held_out.jsonl") == []
