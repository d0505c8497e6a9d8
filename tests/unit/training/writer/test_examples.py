"""What an example of an item holds: which copies are written, which are preferred to which, which are judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from deployments.generator import prompt
from deployments.router.catalogue import FileCatalogue
from deployments.types import Copy
from serve_app.flow.profiles import load_profiles
from training.writer.corpus import Bad, Entry, Judged, Written
from training.writer.examples import Maker, Mix
from training.writer.packed import Packed


class Tokenizer:
    """One token a character, so that a test can read an example back."""

    eos_token_id = 0

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return [ord(c) for c in text]

    def apply_chat_template(
        self, chat: Sequence[dict[str, str]], *, tokenize: bool, add_generation_prompt: bool
    ) -> str:
        assert not tokenize
        assert add_generation_prompt
        return "".join(m["content"] + "\n" for m in chat)


NEAR = Written(category="DIRECT", title="Night bus 14 returns Friday", body="Night bus 14 runs every 30 minutes.")
WITTY = Written(category="HUMOUR", title="Insomniacs rejoice", body="Somebody remembered that people party late.")
DRAFT = Judged(category="STORY", title="Bus 14 was late", body="Friday ran it over.", fit=0.0,
               mended=Copy(title="Bus 14 is back", body="It runs from Friday."))  # fmt: skip
ENTRY = Entry(
    id="e", title="Night bus 14 returns Friday", description="Night bus 14 runs every 30 minutes from Friday.",
    copies=(NEAR, WITTY), bad=(Bad(kind="invented", title="Bus 14 burns", body="Nobody was hurt."),),
)  # fmt: skip


def answers(packed: Packed) -> list[str]:
    """The learnt or compared answer of every branch, as text."""
    by_branch: dict[int, str] = {}
    for branch, token in zip(packed.branch.tolist(), packed.target.tolist(), strict=True):
        by_branch[branch] = by_branch.get(branch, "") + (chr(token) if token else "")
    return list(by_branch.values())


def example(entry: Entry, seed: int = 0, **mix: Any) -> Packed:
    catalogue = FileCatalogue(kind="file").load()
    maker = Maker(
        Tokenizer(), (), {c.category: c for c in catalogue.categories}, load_profiles("configs/profiles.yaml"),
        Mix(profile_share=1.0, made=0.0, **mix),
    )  # fmt: skip
    return maker.example(entry, [entry], np.random.default_rng(seed))


def titled(copy: Copy) -> str:
    return f'{{"title":"{copy.title}"'


def test_a_draft_stands_against_what_it_was_mended_to() -> None:
    packed = example(ENTRY.model_copy(update={"judged": (DRAFT,)}), written=1, worse=1, yes=1, no=1)
    texts = answers(packed)
    ((better, worse),) = packed.pairs.tolist()
    assert DRAFT.mended is not None
    assert texts[better].startswith(titled(DRAFT.mended))
    assert texts[worse].startswith(titled(DRAFT))
    assert texts[1:-1] == [prompt.YES, prompt.NO]
    learnt = {b for b, w in zip(packed.branch.tolist(), packed.weight.tolist(), strict=True) if w}
    assert better in learnt
    assert worse not in learnt


def test_a_copy_in_the_items_words_is_written_before_a_witty_one() -> None:
    assert all(answers(example(ENTRY, seed, written=1))[0].startswith(titled(NEAR)) for seed in range(8))


def test_chance_lets_the_other_be_written_too() -> None:
    firsts = {answers(example(ENTRY, seed, written=1, chance=20.0))[0] for seed in range(16)}
    assert len(firsts) == 2


def test_without_drafts_a_bad_copy_is_what_is_not_preferred() -> None:
    packed = example(ENTRY, written=2, worse=1, yes=1, no=1)
    texts = answers(packed)
    ((_, worse),) = packed.pairs.tolist()
    assert texts[worse].startswith(titled(ENTRY.bad[0]))


def test_a_draft_that_is_fit_is_written_too() -> None:
    fit_draft = Judged(
        category="STORY", title="Night bus 14 returns", body="Night bus 14 runs every 30 minutes.", fit=1.0
    )
    texts = answers(example(ENTRY.model_copy(update={"judged": (fit_draft,)}), written=2, yes=1, no=0))
    assert any(t.startswith(titled(fit_draft)) for t in texts[:2])


@pytest.mark.parametrize("worse", [0, 2])
def test_an_entry_without_copies_has_no_pairs(worse: int) -> None:
    packed = example(ENTRY.model_copy(update={"copies": (), "judged": (DRAFT.model_copy(update={"mended": None}),)}),
                     worse=worse, yes=1, no=1)  # fmt: skip
    assert packed.pairs.tolist() == []
