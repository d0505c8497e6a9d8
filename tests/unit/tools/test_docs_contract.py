"""Reference pages of the contract name all that the contract has."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.types import Degradation, Reason, Source, Stage
from serve_app.contract.errors import TABLE
from serve_app.contract.verbs import VERBS
from tools import docs_contract


@pytest.fixture(autouse=True)
def _at_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_the_api_has_every_verb_and_every_value_of_the_answers_enums() -> None:
    page = docs_contract.api_page()
    assert [verb.rpc for verb in VERBS if f"| `{verb.rpc}` | `{verb.method} {verb.path}` |" not in page] == []
    values = [value for enum in (Stage, Source, Reason, Degradation) for value in enum]
    assert [value for value in values if f"| `{value.value}` |" not in page] == []


def test_every_error_has_its_code_and_status() -> None:
    page = docs_contract.errors_page()
    assert [
        e.reason for e, row in TABLE.items() if f"| `{e.reason}` | `{row.code.name}` | {row.http_status} |" not in page
    ] == []


def test_a_metric_of_a_helper_has_its_prefix(tmp_path: Path) -> None:
    source = tmp_path / "metrics.py"
    source.write_text(
        "def counter(name, text, *tags):\n    return Counter(f'pushgen_{name}', description=text, tag_keys=tags)\n"
        "served = counter('served', 'Requests.', 'rpc')\n"
    )
    assert list(docs_contract._metrics(str(source))) == [("`pushgen_served`", "counter", "`rpc`", "Requests.")]
