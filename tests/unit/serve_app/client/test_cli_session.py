"""What surrounds the call of every command: the answer's form, the error's place and form, the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from deployments.errors import DeadlineExceeded, InvalidInput, PushGenError, StageFailed, Violation
from serve_app.client.cli_files import BadArgument
from serve_app.client.cli_flags import CallFlags
from serve_app.client.cli_session import connected, show
from serve_app.contract.messages import Defaults

ANSWER = Defaults(max_categories=4, candidates_per_category=2, length_profile="web", time_budget_ms=9, margin=0.0)
REFUSED = InvalidInput([Violation("item.title", "is too long")])


def ending(call: CallFlags, error: Exception) -> int:
    """The exit code of a command whose body raises the error."""
    with pytest.raises(typer.Exit) as caught, connected(call):
        raise error
    return caught.value.exit_code


def test_an_answer_is_a_table_for_people_and_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    show(CallFlags(), ANSWER, "as a table")
    assert capsys.readouterr().out == "as a table\n"
    for one_line in (False, True):
        show(CallFlags(as_json=True), ANSWER, "as a table", one_line=one_line)
        out = capsys.readouterr().out
        assert Defaults.model_validate_json(out) == ANSWER
        assert (out.count("\n") == 1) == one_line


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (REFUSED, 2, "INVALID_INPUT"),
        (StageFailed("broke"), 1, "STAGE_FAILED"),
        (DeadlineExceeded("late"), 4, "TIME_BUDGET_SPENT"),
    ],
)
def test_an_error_is_words_or_a_problem_on_stderr(
    capsys: pytest.CaptureFixture[str], error: PushGenError, code: int, reason: str
) -> None:
    error.request_id = "r-7"
    assert ending(CallFlags(), error) == code
    words = capsys.readouterr()
    assert words.out == ""
    assert words.err.startswith("error: ")
    assert ending(CallFlags(as_json=True), error) == code
    problem = capsys.readouterr()
    assert problem.out == ""
    assert problem.err.count("\n") == 1
    parsed = json.loads(problem.err)
    assert (parsed["reason"], parsed["request_id"]) == (reason, "r-7")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_mistake_of_the_command_line_is_words(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    """It is no answer of a service, so it is no problem document either."""
    assert ending(CallFlags(as_json=as_json), BadArgument("x.json has no [bold]requests[/bold]")) == 2
    assert capsys.readouterr().err == "error: x.json has no [bold]requests[/bold]\n"


@pytest.mark.parametrize(
    ("call", "words"),
    [(CallFlags(address="http://host:8000"), "is a URL"), (CallFlags(application="caf\u00e9"), "metadata")],
)
def test_flags_that_no_client_takes_end_before_the_body(
    capsys: pytest.CaptureFixture[str], call: CallFlags, words: str
) -> None:
    with pytest.raises(typer.Exit) as caught, connected(call):
        pytest.fail("the body must not run")
    assert caught.value.exit_code == 2
    assert words in capsys.readouterr().err


def test_a_bug_is_not_dressed_up() -> None:
    with pytest.raises(ZeroDivisionError), connected(CallFlags()):
        _ = 1 / 0


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"api_key_file": "nowhere/key"}, "cannot read nowhere/key: No such file"),
        ({"ca_file": "nowhere/ca.pem"}, "cannot read nowhere/ca.pem: No such file"),
        ({"cert_file": "c.pem"}, "needs both of cert_file and cert_key_file"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    flags: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as caught, connected(CallFlags(**flags)):  # type: ignore[arg-type]
        raise AssertionError("connected")
    assert caught.value.exit_code == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_the_key_comes_from_the_file_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHGEN_API_KEY", "of-the-variable")
    (tmp_path / "key").write_text("of-the-file\n")
    for flags, key in (
        (CallFlags(), "of-the-variable"),
        (CallFlags(api_key_file=str(tmp_path / "key")), "of-the-file"),
    ):
        with connected(flags) as client:
            assert ("authorization", f"Bearer {key}") in client._metadata


def test_a_key_that_is_none_is_not_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PUSHGEN_API_KEY", "two words")
    with pytest.raises(typer.Exit), connected(CallFlags()):
        raise AssertionError("connected")
    assert "two words" not in capsys.readouterr().err
