"""The model card of an adapter, from the files that lie beside it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape

from deployments.errors import Misconfigured

CONFIG: Final = "adapter_config.json"
_console = Console(stderr=True, highlight=False)
_HEAD: Final = """# Generator adapter

A LoRA adapter{base} that writes push notifications, title and body, in a style category that is asked for, from the
facts of an item. Trained by `python -m training.generator train` on headlines of an A/B archive; measured by
`python -m training.generator eval`.

## What it is for

English copy from the prompt of `deployments/generator/prompt.py`{prompt}, under the serving grammar, on the base that
it was trained on. Name it in `engine.adapters`, or merge it into the base with the reference `BASE+FOLDER`. It suggests
copies to choose from: the policy rules, the reward model and a person decide which is sent.

## What it is not for

- Truth. A small model makes things up; the rules that measure it here find numbers, dates, quotations and names that
  the facts do not hold, and nothing else: a false statement in known words passes.
- Other languages, other prompts, other bases, or text longer than a notification. It answers no questions.
- Sending without checks, or subjects where a wrong word does harm, such as health, law, money and elections.
- Other sites: its taste is that of one site's readers of 2013 to 2015, which liked to be teased.
"""
_LICENCE: Final = """## Data and licence

The base has its own licence{licence}. The examples come from the Upworthy Research Archive: Matias, J.N., Munger, K.,
Aubin Le Quere, M., Ebersole, C. (2021), The Upworthy Research Archive, a time series of 32,487 experiments in U.S.
media, Scientific Data 8:195, doi 10.1038/s41597-021-00934-7; Author Correction (2024), doi 10.1038/s41597-024-03600-w.
Archive doi 10.17605/OSF.IO/JD64P, reported as CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/) by its reusers.
We changed it: headlines cleaned, split into title and body and put into sentence case, copies that did clearly worse
or that their facts do not hold left out, facts cleaned of what gives a headline away. The archive itself is not part
of this project.
"""
# Of eval.json, in this order: key, and what a reader calls it.
_MEASURED: Final = (
    ("valid_json", "read whole, with every field"),
    ("finished", "no cut or run-on sentence"),
    ("valid_and_finished", "both"),
    ("finished_at_first", "both, without the second try that a candidate gets that was cut"),
    ("grounded", "grounded in its facts"),
    ("category_followed", "shows its category"),
    ("distinct", "unlike the item's other candidates"),
    ("usable", "all of these"),
    ("passes_policy", "passes the policy rules"),
    ("support", "share of its longer words in the facts"),
    ("mean_reward", "mean reward"),
    ("selected_reward", "mean reward of the selected copies"),
    ("archive_reward", "mean reward of the archive's copies"),
    ("selected", "items with a selected copy"),
    ("selected_above_archive", "items whose selected copy is above the archive's mean"),
)


def card_command(
    adapter: Annotated[Path, typer.Option(help="Folder of an adapter.")] = Path("models/generator"),
) -> None:
    """Write an adapter's README.md anew from the files in its folder."""
    try:
        card(adapter)
    except Misconfigured as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(f"wrote {adapter / 'README.md'}")


def card(folder: Path) -> None:
    """Write README.md from report.json, eval.json, samples.json and sweep.json; what is missing is left out.

    Raises Misconfigured when the folder holds no adapter, or a file that is no JSON.
    """
    if not (folder / CONFIG).is_file():
        raise Misconfigured(f"{folder.name!r} is no adapter: there is no {CONFIG} in it")
    (folder / "README.md").write_text(render(folder), encoding="utf-8")


_OPENINGS: Final = (
    "Some categories are held to first words by the grammar, in both columns: there the rules find what the grammar "
    "put in. "
)


def render(folder: Path) -> str:
    """The card as Markdown."""
    report: dict[str, Any] = _read(folder, "report.json") or {}
    config: dict[str, Any] = _read(folder, CONFIG) or {}
    base = report.get("base") or config.get("base_model_name_or_path") or ""
    prompt = report.get("prompt_revision")
    sections = [
        _wrapped(_HEAD.format(base=f" for `{base}`" if base else "", prompt=f" (revision {prompt})" if prompt else "")),
        *_training(report, config),
        *_evaluation(_read(folder, "eval.json")),
        *_sweep(_read(folder, "sweep.json"), (folder / "sweep.png").is_file()),
        *_notes(folder / "notes.md"),
        *_samples(_read(folder, "samples.json")),
        _wrapped(_LICENCE.format(licence=" (Apache-2.0)" if "smollm2" in base.lower() else "")),
    ]
    return "\n".join(sections)


def _read(folder: Path, name: str) -> Any:
    path = folder / name
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError:
        raise Misconfigured(f"{name} of {folder.name!r} is no JSON: write it anew or delete it") from None


def _notes(path: Path) -> Iterator[str]:
    """What a person found: `notes.md` beside the adapter, where there is one."""
    if path.is_file():
        yield path.read_text(encoding="utf-8").rstrip() + "\n"


def _training(report: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    adapter = {name: config[name] for name in ("r", "lora_alpha", "target_modules") if name in config}
    if isinstance(adapter.get("target_modules"), list):
        adapter["target_modules"] = sorted(adapter["target_modules"])
    yield "## How it was trained\n"
    known = {"adapter": adapter} | dict(report)
    yield "| | |\n|---|---|"
    yield "\n".join(f"| {_cell(name)} | {_cell(value)} |" for name, value in _flat(known)) + "\n"


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every number and word with its path. A curve of [step, value] becomes its two ends."""
    for key, value in values.items():
        name = f"{prefix}{key}".replace("_", " ")
        if isinstance(value, Mapping) and value:
            if all(isinstance(v, int | float) for v in value.values()) and len(value) > 3:
                yield name, ", ".join(f"{k} {v:g}" for k, v in value.items())
            else:
                yield from _flat(value, f"{name}: ")
        elif _is_curve(value):
            (first, start), (last, end) = value[0], value[-1]
            yield name, f"{start:g} at step {first}, {end:g} at step {last}"
        elif value not in (None, "", [], {}):
            yield name, ", ".join(map(str, value)) if isinstance(value, list) else value


def _is_curve(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(v, list) and len(v) == 2 for v in value)


def _evaluation(found: Mapping[str, Any] | None) -> Iterator[str]:
    if not found:
        return
    models = [name for name in ("tuned", "base") if name in found]
    about = found.get("about", {})
    yield "## Measured on stories held out\n"
    folds = ", ".join(map(str, about.get("folds", [])))
    yield _paragraph(
        f"{found['items']} stories of folds {folds}, kept out of the training, drawn at random (seed "
        f"{about.get('seed', 0)}). The router's four categories, two candidates each, are written and selected by the "
        f"serving code, with reward model {about.get('reward_revision', 'unknown')}. In brackets 95% intervals, "
        "bootstrapped over stories."
    )
    yield f"| | {' | '.join('this adapter' if name == 'tuned' else 'the base alone' for name in models)} |"
    yield "|---" * (len(models) + 1) + "|"
    for key, said in _MEASURED:
        if any(found[name].get(key) is not None for name in models):
            yield f"| {said} | {' | '.join(_measured(found[name], key) for name in models)} |"
    yield f"| candidates | {' | '.join(str(found[name]['candidates']) for name in models)} |\n"
    yield _paragraph(
        "A reward is a guess of what the archive's readers would have clicked, no truth. Whether a copy shows its "
        "category is judged by rules on its words, which also chose what the adapter was trained on: compare the two "
        "columns, and do not take the share at its word. "
        + (_OPENINGS if about.get("openings") else "")
        + "Shown by category, and of how many:"
    )
    yield f"| category | {' | '.join(models)} |"
    yield "|---" * (len(models) + 1) + "|"
    by = [found[name].get("category_followed_by", {}) for name in models]
    for category in sorted({name for each in by for name in each}):
        shown = (
            f"{each[category]['share']:.2f} ({each[category]['count']})" if category in each else "" for each in by
        )
        yield f"| {category} | {' | '.join(shown)} |"
    yield ""


def _measured(found: Mapping[str, Any], key: str) -> str:
    if found.get(key) is None:
        return "-"
    between = found.get("intervals", {}).get(key)
    return f"{found[key]:.3f}" + (f" ({between[0]:.3f} to {between[1]:.3f})" if between else "")


def _sweep(found: Mapping[str, Any] | None, pictured: bool) -> Iterator[str]:
    if not found:
        return
    yield "## Sampling\n"
    yield _paragraph(
        f"{len(found['points'])} settings on {found['items']} other stories of folds "
        f"{', '.join(map(str, found['folds']))}. Chosen by: {found['rule']}"
    )
    knobs = list(found["best"]["knobs"])
    shown = ("usable", "valid_and_finished", "grounded", "category_followed", "distinct", "selected_reward")
    yield f"| | {' | '.join(name.replace('_', ' ') for name in (*knobs, *shown))} |"
    yield "|---" * (len(knobs) + len(shown) + 1) + "|"
    for name in ("best", "default"):
        point = found[name]
        cells = [f"{point['knobs'][knob]:g}" for knob in knobs] + [_measured(point, key) for key in shown]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    if pictured:
        yield "![What each setting is worth](sweep.png)\n"


def _samples(found: Sequence[Mapping[str, Any]] | None) -> Iterator[str]:
    if not found:
        return
    yield "## Samples, not picked\n"
    yield _paragraph(
        f"What would have been sent for the first {len(found)} stories of the evaluation. Marked: made up (a number, "
        "date, quotation or name that the facts do not hold), off style (does not show its category)."
    )
    for story in found:
        told = ". ".join(part for part in (story["title"].rstrip("."), story["facts"]) if part)
        yield f"> {_line(told)}\n"
        copy = story["copy"]
        if copy is None:
            yield "No candidate passed the policy.\n"
            continue
        marks = [f"made up: {', '.join(copy['ungrounded'])}"] if not copy["grounded"] else []
        marks += ["off style"] if not copy["followed"] else []
        marked = f" **[{_line('; '.join(marks))}]**" if marks else ""
        yield f"{copy['category']}: **{_line(copy['title'])}** {_line(copy['body'])}{marked}\n"


def _wrapped(text: str) -> str:
    """Paragraphs filled anew after words were put in; headings and lists as they are."""
    blocks = text.strip().split("\n\n")
    return "\n".join(f"{block}\n" if block[0] in "#-" else _paragraph(block) for block in blocks)


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n"


def _line(text: str) -> str:
    """Text as it is, on one line, none of it markup."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in " ".join(text.split()))


def _cell(value: Any) -> str:
    return _line(f"{value:g}" if isinstance(value, float) else str(value))
