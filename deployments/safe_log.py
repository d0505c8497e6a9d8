"""Log lines that no client can forge: text from outside reaches the log escaped, see `SafeLines`."""

from __future__ import annotations

import logging
import traceback
from typing import Any, Final

MAX_CHARS: Final = 2000
"""Of one value in a log line: a client's text has other bounds, and an error may quote all of it."""
_INDENT: Final = "    "


def one_line(value: object) -> str:
    """Return the text with line breaks, terminal escapes, and bidirectional and invisible characters escaped."""
    text = str(value)
    return _escaped(text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}...")


def several_lines(text: str) -> str:
    """The same of text that has lines of its own: a line after the first begins with spaces, as no record does."""
    return f"\n{_INDENT}".join(_escaped(line) for line in text.split("\n"))


def _escaped(line: str) -> str:
    return line if line.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


class SafeLines(logging.Filter):
    """Escapes the arguments of each record, and indents what follows the first line of its message and traceback.

    It belongs on a logger, where every handler and formatter is behind it. It lets every record pass.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_argument(value) for value in record.args)
        elif record.args:
            record.args = {name: _argument(value) for name, value in record.args.items()}
        record.msg = several_lines(str(record.msg))
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters write this text where there is one.
            record.exc_text = _INDENT + several_lines("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return True


def _argument(value: Any) -> Any:
    return value if isinstance(value, int | float) else one_line(value)


class SafeRequestId(logging.Filter):
    """Escapes the request id that Ray Serve puts before each line: a caller's, from a header. Some handlers add it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "request_id"):
            record.request_id = one_line(record.request_id)
        return True


def protect(logger: logging.Logger) -> None:
    """Put the filters on a logger and on the handlers that it has, each once."""
    _put(SafeLines(), logger)
    for each in (logger, *logger.handlers):
        _put(SafeRequestId(), each)


def _put(added: logging.Filter, on: logging.Filterer) -> None:
    if not any(type(each) is type(added) for each in on.filters):
        on.addFilter(added)
