"""What an operator may say of a server of others, and where its key comes from."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from deployments.engines.openai_settings import OpenAiServer
from deployments.errors import Misconfigured
from deployments.settings import parse

KEY = "sk-secret-0123456789"


def test_a_key_comes_from_a_variable_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    monkeypatch.setenv("MODEL_KEY", KEY)
    for where in ({"api_key_env": "MODEL_KEY"}, {"api_key_file": str(file)}):
        key = OpenAiServer(base_url="http://h/v1", model="m", **where).api_key()
        assert key is not None
        assert key.get_secret_value() == KEY
        assert KEY not in repr(key)
    assert OpenAiServer(base_url="http://h/v1", model="m").api_key() is None


@pytest.mark.parametrize("holds", [None, "", "  ", "two words", "sch\u00f6n"])
def test_a_key_that_is_not_there_is_said_with_the_setting(
    holds: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    monkeypatch.delenv("MODEL_KEY", raising=False)
    if holds is not None:
        monkeypatch.setenv("MODEL_KEY", holds)
        file.write_text(holds)
    for name, value in (("api_key_env", "MODEL_KEY"), ("api_key_file", str(file))):
        with pytest.raises(Misconfigured, match=f"server.{name}") as caught:
            OpenAiServer.model_validate({"base_url": "http://h/v1", "model": "m", name: value}).api_key()
        assert not (holds or "").strip() or holds not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"api_key": KEY}, "unknown key 'api_key'; did you mean 'api_key_env'"),
        ({"api_key_env": KEY}, "api_key_env: is no name of an environment variable"),
        ({"api_key_env": "A", "api_key_file": "b"}, "api_key_env and api_key_file are both set: keep one"),
        ({"base_url": "localhost:8001/v1"}, "base_url: is no http"),
        ({"base_url": f"https://user:{KEY}@host/v1"}, "base_url: may hold neither user, password"),
        ({"base_url": "http://host:99999/v1"}, "base_url: is no http"),
        ({"model": ""}, "model"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"extra_body": {"messages": []}}, "extra_body: may not hold messages"),
    ],
)
def test_impossible_settings_are_refused_by_name_and_without_the_key(changes: dict, words: str) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        parse(OpenAiServer, {"base_url": "http://h/v1", "model": "m"} | changes, "args")
    assert KEY not in "".join(traceback.format_exception(caught.value))
