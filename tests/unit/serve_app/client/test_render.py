"""What people read of a Decision."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from deployments.types import Candidate, Decision, Degradation, Item, Notification, PolicyFinding, Reason, Source
from serve_app.client.render import REASONS, batch_table, candidates_table, decision_view, info_view
from serve_app.contract.messages import GetServiceInfoResponse
from serve_app.ingress import examples

DECISION = Decision.model_validate(examples.DECISION)


def shown(view: RenderableType, width: int = 160) -> str:
    console = Console(width=width, file=io.StringIO())
    console.print(view)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_nothing_to_send_says_why() -> None:
    decision = DECISION.model_copy(
        update={"notification": None, "source": Source.NONE, "reason": Reason.ALL_REJECTED, "candidates": ()}
    )
    text = shown(decision_view(decision))
    assert "nothing to send" in text
    assert "NONE, ALL_REJECTED: policy rejected every candidate" in text


def test_an_incumbent_that_was_kept_unscored() -> None:
    incumbent = Candidate(id="editor", title="Old words", source=Source.INCUMBENT)
    decision = DECISION.model_copy(
        update={
            "notification": Notification(title="Old words", candidate_id="editor"),
            "source": Source.INCUMBENT,
            "reason": Reason.UNSCORED,
            "candidates": (incumbent,),
            "degradations": (Degradation.UNSCORED, Degradation.FEWER_CANDIDATES),
        }
    )
    text = shown(decision_view(decision))
    assert "(incumbent)" in text
    assert "degraded  UNSCORED, FEWER_CANDIDATES" in text


def test_the_chance_to_win_is_shown_when_there_is_an_incumbent_to_beat() -> None:
    assert "P(win)" not in shown(decision_view(DECISION))
    reward = {"mean": 0.4, "spread": 0.1}
    rival = Candidate.model_validate(
        {"id": "c9", "source": Source.GENERATED, "reward": reward, "win_probability": 0.61}
    )
    editor = Candidate.model_validate({"id": "editor", "source": Source.INCUMBENT, "reward": reward, "score": 0.35})
    contest = {"reason": Reason.BELOW_MARGIN, "candidates": (*DECISION.candidates, rival, editor)}
    text = shown(decision_view(DECISION.model_copy(update=contest)))
    assert "P(win)" in text
    assert "0.61" in text
    assert "BELOW_MARGIN: candidates score above the best incumbent, but none is likely enough" in text


def test_every_reason_is_put_into_words() -> None:
    assert set(REASONS) == set(Reason.__members__)


def test_words_of_callers_are_not_markup() -> None:
    odd = Candidate(id="[/red]", title="[bold]x[/bold]", category="[/]", source=Source.GENERATED)
    decision = DECISION.model_copy(update={"item_id": "[/b]", "candidates": (odd,)})
    text = shown(decision_view(decision))
    assert "[/red]" in text
    assert "[bold]x[/bold]" in text
    assert "[/b]" in shown(batch_table([Item(id="[/b]")], {}))


def test_a_batch_keeps_its_order_and_shows_the_missing() -> None:
    text = shown(batch_table([Item(id="a"), Item(title="untitled b")], {1: DECISION}))
    assert text.index("no answer") < text.index("untitled b") < text.index("Better espresso")


def test_info_shows_every_limit_and_default() -> None:
    info = GetServiceInfoResponse.model_validate(examples.INFO)
    text = shown(info_view(info))
    for model in (info.limits, info.defaults):
        for name, value in model:
            assert name in text
            assert str(value) in text
    assert "brand-a, brand-b" in text
    assert "adapters  none" in shown(info_view(info.model_copy(update={"adapters": ()})))


def test_narrow_terminals_lose_no_words() -> None:
    text = "".join(shown(decision_view(DECISION), width=78).split())
    for word in ("grounding.number", "timing", "grind", "+0.42±0.08"):
        assert word in text


def test_a_repaired_copy_says_what_was_mended() -> None:
    mended = Candidate(
        id="c1",
        title="Bread",
        source=Source.GENERATED,
        repaired=(PolicyFinding(rule="length.title", text="Bread, bread"),),
    )
    assert "repaired: length.title" in shown(candidates_table([mended]))
