from __future__ import annotations

import pytest

from serve_app.demo.serve_log import Refused, dashboard, failure_in, ready_stages

LOST = "ServeController -- Exception in Replica(id='x'), the replica will be stopped.\nValueError: no such device\n"
INVALID = """Traceback (most recent call last):
  File "scripts.py", line 501, in run
pydantic_core._pydantic_core.ValidationError: 2 validation errors for ServeDeploySchema
http_options.request_timeout_s
  Input should be a valid number, unable to parse string as a number [type=float_parsing, input_value='x']
    For further information visit https://errors.pydantic.dev/2.14/v/float_parsing
applications.0.deployments.0.num_replicas
  Value error, must be positive [type=value_error]
"""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("deployments.errors.Misconfigured: args: captioner.kind: no 'oracle'\n", "args: captioner.kind: no 'oracle'"),
        (LOST * 3, "ValueError: no such device"),
        (INVALID, "http_options.request_timeout_s: Input should be a valid number"),
        (INVALID, "applications.0.deployments.0.num_replicas: Value error, must be positive"),
    ],
)
def test_a_start_that_cannot_succeed_is_explained(log: str, words: str) -> None:
    failure = failure_in(log)
    assert words in str(failure)
    assert "Traceback" not in str(failure)
    assert isinstance(failure, Refused) == (log is not LOST * 3 and "device" not in log)


@pytest.mark.parametrize("log", ["starting\nready after 1.0 s", LOST])
def test_a_start_that_may_yet_succeed_is_no_failure(log: str) -> None:
    assert failure_in(log) is None


def test_ready_stages_and_the_dashboard_are_read() -> None:
    log = "Captioner ready after 1.5 s\nCaptioner ready after 9 s\nView the dashboard at \x1b[1m\x1b[32mhttp://127.0.0.1:8265\n"
    assert ready_stages(log) == {"Captioner": 1.5}
    assert dashboard(log) == "127.0.0.1:8265"
    assert dashboard("") is None
