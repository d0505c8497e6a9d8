"""The origin of each result: machine, commit and command."""

from __future__ import annotations

from benchmarks.report.origins import origins

MACHINE = {"cpu": "CPU", "cpus": 2, "memory_gb": 8, "gpus": ["L4"], "load_average": 0.5}


def test_a_result_has_its_machine_config_commit_and_command() -> None:
    env = {
        "machine": MACHINE,
        "config": {"file": "fake.yaml", "sha256": "ab"},
        "commit": "cd",
        "command": "run",
        "at": "x",
    }
    text = origins({"tax": {"environment": env | {"versions": {"ray": "2"}}}})
    assert "| tax | CPU, 2 cores, 8 GB, L4, load average 0.5 | `fake.yaml` `ab` | `cd` | `run` | x |" in text
    assert "Versions (tax): ray 2." in text


def test_results_with_the_same_versions_share_a_line() -> None:
    env = {"versions": {"ray": "2"}}
    assert "Versions (a, b): ray 2." in origins({"a": {"environment": env}, "b": {"environment": env}})


def test_parts_of_a_result_that_were_run_apart_have_their_own() -> None:
    env = {"machine": MACHINE, "commit": "new", "versions": {"ray": "2"}}
    result = {"environment": env, "environments": {"rates": env | {"commit": "old"}, "kills": env}}
    text = origins({"bulk": result})
    assert [line.split("|")[1].strip() for line in text.splitlines() if "`old`" in line] == ["bulk: rates"]
    assert [line.split("|")[1].strip() for line in text.splitlines() if "`new`" in line] == ["bulk: kills"]
    assert "Versions (bulk: rates, bulk: kills): ray 2." in text


def test_a_result_without_a_record_is_named() -> None:
    assert origins({"tax": {}}) == "Without a record of where they were measured: `tax`."
