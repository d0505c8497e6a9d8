"""The gate of fit: which written copies stay in the running."""

from __future__ import annotations

import pytest

from deployments.types import Candidate, Reason, Reward, Severity, Source
from serve_app.flow.fit import gated
from serve_app.flow.knobs import FitKnobs, SelectionKnobs
from serve_app.flow.select import select, with_scores

REWARD = Reward(mean=0.5, spread=0.0)


def copy(fit: float | None, source: Source = Source.GENERATED, **more: object) -> Candidate:
    fields = {"id": f"{source.name}-{fit}", "title": "t", "source": source, "fit": fit, "reward": REWARD}
    return Candidate.model_validate(fields | more)


def test_a_copy_below_the_minimum_is_rejected_with_the_reason() -> None:
    fit, unfit = gated([copy(0.6), copy(0.59)], FitKnobs(minimum=0.6))
    assert not fit.rejected
    assert unfit.rejected
    assert [f.rule for f in unfit.findings] == ["fit.below"]


def test_incumbents_and_templates_are_never_dropped_for_it() -> None:
    existing = gated([copy(0.0, Source.INCUMBENT), copy(None, Source.TEMPLATE)], FitKnobs())
    assert not any(c.rejected or c.findings for c in existing)


def test_a_copy_of_which_nothing_is_known_is_sent_only_where_the_operator_says_so() -> None:
    (rejected,) = gated([copy(None)], FitKnobs())
    (let,) = gated([copy(None)], FitKnobs(allow_unknown=True))
    (off,) = gated([copy(None)], FitKnobs(minimum=0))
    assert (rejected.rejected, [f.rule for f in rejected.findings]) == (True, ["fit.unknown"])
    assert (let.rejected, [f.severity for f in let.findings]) == (False, [Severity.REVIEW])
    assert (off.rejected, off.findings) == (False, ())


def test_a_copy_that_waits_for_its_score_is_not_yet_unknown() -> None:
    (waiting,) = gated([copy(None, reward=None)], FitKnobs())
    assert not waiting.rejected


def test_nothing_is_sent_rather_than_nonsense() -> None:
    chosen = select(gated([copy(0.1), copy(None)], FitKnobs()), margin=0.0)
    assert (chosen.source, chosen.reason, chosen.notification) == (Source.NONE, Reason.NONE_FIT, None)
    selection = select(gated([copy(0.1), copy(0.2, Source.INCUMBENT)], FitKnobs()), margin=0.0)
    assert (selection.source, selection.reason) == (Source.INCUMBENT, Reason.NONE_FIT)


def test_a_doubtful_copy_pays_and_an_incumbent_does_not() -> None:
    knobs = SelectionKnobs(caution=0, likelihood_weight=0, fit=FitKnobs(weight=2.0))
    sure, doubtful, incumbent, unknown = with_scores(
        [copy(1.0), copy(0.5), copy(0.5, Source.INCUMBENT), copy(None)], knobs
    )
    assert (sure.score, incumbent.score, unknown.score) == (0.5, 0.5, 0.5)
    assert doubtful.score == pytest.approx(0.5 - 2 * 0.6931, abs=1e-3)
    hopeless = with_scores([copy(0.0)], knobs)[0].score
    assert hopeless is not None
    assert hopeless > -20
