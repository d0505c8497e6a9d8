"""README and docs/: the generated pages are fresh, what they name is there, and their commands have these options."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import typer

from deployments.types import Degradation, Reason, Source, Stage
from deployments.weights.__main__ import app as weights
from serve_app.client.cli import app as pushgen
from tests.pages import OFFLINE, all_commands, commands, commands_here, pages
from training.fitness.__main__ import app as fitness
from training.reward import app as reward
from training.writer.__main__ import app as writer

APPS = {
    "deployments.weights": weights,
    "training.fitness": fitness,
    "training.writer": writer,
    "training.reward": reward,
}
FOLDERS = "benchmarks|configs|deployments|docs|models|protos|serve_app|tests|tools|training"


def test_the_generated_pages_are_fresh(root: Path) -> None:
    done = subprocess.run([sys.executable, "tools/docs.py", "--check"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_is_short(root: Path) -> None:
    assert len((root / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_page_is_in_the_menu(root: Path) -> None:
    menu = (root / "mkdocs.yml").read_text(encoding="utf-8")
    assert [p.name for p in pages(root)[1:] if f": {p.relative_to(root / 'docs')}\n" not in menu] == []


def test_files_that_the_pages_name_are_there(root: Path) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages(root))
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text))
    assert named
    assert [name for name in sorted(named) if not (root / name).exists()] == []


def test_links_lead_to_files(root: Path) -> None:
    for page in pages(root):
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page


def test_make_has_every_target(root: Path) -> None:
    targets = {words[1] for words in commands(root, "make")}
    assert {"demo", "test"} <= targets
    make_targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert targets | {"serve", "lint", "proto", "docs"} <= make_targets


def test_serve_commands_name_a_config(root: Path) -> None:
    serve_commands = commands(root, "serve")
    assert serve_commands
    for _, verb, config in serve_commands:
        assert verb in ("run", "deploy")
        assert (root / config).is_file()


def test_python_commands_are_ones_with_these_options(root: Path) -> None:
    python_commands = [words for words in all_commands(root) if words[:2] == [".venv/bin/python", "-m"]]
    assert {(words[2], words[3]) for words in python_commands} >= {
        *(("training.writer", name) for name in ("train", "sample", "calibrate")),
        *(("training.fitness", name) for name in ("train", "eval")),
        *(("training.reward", name) for name in ("train", "eval", "explain", "compare", "transfer")),
    }
    for words in python_commands:
        if words[2] in APPS:
            assert unknown_options(APPS[words[2]], words[3], words[4:]) == set(), words
            continue
        # A benchmark loads plots and frames: its source says what it takes.
        source = (root / words[2].replace(".", "/") / "__main__.py").read_text(encoding="utf-8")
        options = [word for word in words[3:] if word.startswith("--") and word != "--help"]
        named = [f'"{o}"' in source or f"{o[2:].replace('-', '_')}:" in source for o in options]
        assert all(named), words


def test_commands_of_the_client_are_ones_with_these_options(root: Path) -> None:
    pushgen_commands = commands(root, "pushgen")
    assert pushgen_commands
    for words in pushgen_commands:
        assert unknown_options(pushgen, words[1], words[2:]) == set(), words


def test_commands_that_call_no_service_run_as_shown(root: Path) -> None:
    offline = [words for words in commands_here(root, "pushgen") if words[1] in OFFLINE]
    assert {words[1] for words in offline} == set(OFFLINE)
    for words in offline:
        command = [sys.executable, "-m", "serve_app.client.cli", *words[1:]]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        assert (done.returncode, "error" in done.stdout) == (0, False), words


# Words of the code that a caller or an operator meets.
PUBLIC_WORDS = (
    "candidate", "incumbent", "template", "draft", "copy", "item", "reward", "spread", "caution", "margin", "fit",
    "likelihood", "coverage", "profile", "category", "plan", "gate", "prior", "degradation", "partial", "budget",
    "priority", "prefix", "revision", "kind", "knob", "setting", "stage", "verb", "replica", "batch", "finding",
    "reason", "source",
)  # fmt: skip


def test_the_glossary_has_every_public_word_in_one_line(root: Path) -> None:
    rows = re.findall(
        r"^\| (.+?) \| .+ \|$", (root / "docs/glossary.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert [word for word in PUBLIC_WORDS if rows.count(word) != 1] == []
    assert rows[1:] == sorted(rows[1:], key=str.lower)


def test_every_value_of_the_answers_enums_is_explained(root: Path) -> None:
    """A value has an entry in the glossary, or a meaning in the generated reference."""
    text = (root / "docs/reference/api.md").read_text(encoding="utf-8")
    words = (root / "docs/glossary.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\w+)` \| \d+ \| \S.* \|$", text, flags=re.MULTILINE))
    values = [value for enum in (Stage, Source, Reason, Degradation) for value in enum]
    named = {value for value in values if f"\n| {value.name.lower()} |" in words}
    assert [value.value for value in values if value.value not in explained and value not in named] == []


def unknown_options(app: typer.Typer, name: str, words: list[str]) -> set[str]:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    flags = {option for parameter in command.params for option in parameter.opts}
    return {word for word in words if word.startswith("--")} - flags
