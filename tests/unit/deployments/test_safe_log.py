"""What clients write cannot make a log line of its own, nor reach a terminal as a command."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from ray._common.formatters import JSONFormatter

from deployments.safe_log import MAX_CHARS, protect

HOSTILE = {
    "newline": "a\nERROR forged",
    "carriage return": "a\rERROR forged",
    "terminal escape": "a\x1b[31mred",
    "eight-bit escape": "a\x9b31mred",
    "line separator": "a\u2028ERROR forged",
    "paragraph separator": "a\u2029ERROR forged",
    "next line": "a\x85ERROR forged",
    "bidi override": "a\u202egnp.exe",
    "bidi isolate": "a\u2067b\u2069",
    "zero width": "a\u200bb",
    "lone surrogate": "a\udc80",
    "null": "a\x00b",
}


class Log:
    def __init__(self, formatter: logging.Formatter, *filters: Callable[[logging.LogRecord], bool]) -> None:
        self.stream = io.StringIO()
        self.logger = logging.Logger("under test")
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(formatter)
        for each in filters:
            handler.addFilter(each)
        self.logger.addHandler(handler)
        protect(self.logger)
        protect(self.logger)

    @property
    def text(self) -> str:
        return self.stream.getvalue().removesuffix("\n")


@pytest.fixture
def log() -> Log:
    return Log(logging.Formatter("%(levelname)s %(message)s"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_an_argument_stays_on_its_line_and_shows_what_it_is(log: Log, text: str) -> None:
    log.logger.warning("request %s took %d ms, %.1f s", text, 7, 0.5)
    assert log.text.isprintable()
    assert log.text.startswith("WARNING request a\\")
    assert log.text.endswith("took 7 ms, 0.5 s")
    log.text.encode()


def test_words_of_every_language_stay_as_they_are(log: Log) -> None:
    log.logger.info("request %(id)s", {"id": "übung-今日は-٣"})
    assert log.text == "INFO request übung-今日は-٣"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_the_words_of_an_error_make_no_line_that_looks_like_a_record(log: Log, text: str) -> None:
    def fail() -> Any:
        raise ValueError(text)

    try:
        fail()
    except ValueError as error:
        log.logger.exception("failed: %s", error)
    first, *rest = log.text.split("\n")
    assert first.startswith("ERROR failed: a\\")
    assert all(line.startswith("    ") and line.isprintable() for line in rest)
    assert "in fail" in log.text
    assert "ValueError" in rest[-1] or "forged" in rest[-1]


def test_a_message_of_others_keeps_its_lines_but_not_at_their_beginning(log: Log) -> None:
    log.logger.error("GET /a\nERROR forged \x1b[0m")
    assert log.text == "ERROR GET /a\n    ERROR forged \\x1b[0m"


def test_one_value_has_an_end(log: Log) -> None:
    log.logger.error("%s", "x" * 100_000)
    assert len(log.text) < MAX_CHARS + 20


def test_records_as_json_have_the_traceback_once() -> None:
    log = Log(JSONFormatter())
    try:
        raise ValueError("a\nb")
    except ValueError:
        log.logger.exception("failed on %s", "a\nb")
    (line,) = log.text.split("\n")
    record = json.loads(line)
    assert record["message"] == "failed on a\\nb"
    assert record["exc_text"].count("ValueError: a\n    b") == 1


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_the_request_id_of_serve_is_escaped_wherever_it_is_added(text: str) -> None:
    """The proxy gives it with the record; in a replica a filter of the handler adds it."""

    def add(record: logging.LogRecord) -> bool:
        record.request_id = text
        return True

    given = Log(logging.Formatter("%(request_id)s -- %(message)s"))
    given.logger.info("done", extra={"request_id": text})
    added = Log(logging.Formatter("%(request_id)s -- %(message)s"), add)
    added.logger.info("done")
    assert given.text == added.text
    assert given.text.isprintable()
    assert given.text.startswith("a\\")
