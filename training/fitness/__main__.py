"""`python -m training.fitness train|eval`: the fit measure from items with good and bad copies, and how good it is."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from deployments import json_lines
from deployments.errors import Misconfigured
from training.writer.corpus import BadCorpus, Entry, held_out, judgements, read

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)

# glibc gives large blocks back to the system and takes them again, page by page: twice the time of a step.
_MALLOC: Final = {
    "MALLOC_MMAP_THRESHOLD_": "8589934592",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
}
Items = Annotated[list[Path], typer.Option("--items", help="Files or folders of items with copies, JSON Lines.")]
Marks = Annotated[list[Path], typer.Option("--marks", help="Models' copies that readers marked, JSON Lines.")]
ModelFolder = Annotated[Path, typer.Option("--model", help="Folder that `train` wrote.")]
Baseline = Annotated[Path | None, typer.Option(help="Folder of a reward model, to hold beside it in report and card.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")]


@app.command()
def train(
    items: Items,
    out: Annotated[Path, typer.Option(help="Folder for weights, report and card.")],
    marks: Marks = [],  # noqa: B006 - typer's
    start: Annotated[Path | None, typer.Option(help="Folder that `train` wrote: go on from its weights.")] = None,
    encoder: Annotated[str, typer.Option(help="Model reference of the trunk.")] = "package:all-minilm-l6-v2",
    languages: Annotated[
        str, typer.Option(help="Comma-separated; items in others are neither learnt nor judged.")
    ] = "en",
    epochs: Annotated[int, typer.Option(min=1)] = 5,
    learning_rate: Annotated[float, typer.Option(min=1e-7, max=1e-1, help="Of the trunk.")] = 2e-4,
    tuned_from: Annotated[int, typer.Option(min=0, help="First layer that is tuned and travels.")] = 0,
    reward: Baseline = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Of torch.")] = None,
    seed: int = 0,
    as_json: AsJson = False,
) -> None:
    """Train on nine items in ten, calibrate and measure on the tenth. Stopped, it goes on from the last epoch."""
    _restart_with(_MALLOC)
    import torch  # noqa: PLC0415 - seconds

    from deployments import weights  # noqa: PLC0415
    from deployments.reward import fit, fit_net  # noqa: PLC0415 - imports torch
    from training.fitness import finish, tune  # noqa: PLC0415 - imports torch
    from training.fitness.lessons import Mix  # noqa: PLC0415

    with _reported_errors():
        started = time.monotonic()
        if threads is not None:
            torch.set_num_threads(threads)
        torch.manual_seed(seed)
        entries = _entries(items, marks, [part.strip() for part in languages.split(",")])
        learnt, unseen = [e for e in entries if not held_out(e)], [e for e in entries if held_out(e)]
        if len(learnt) < 2 or len(unseen) < 2:
            raise BadCorpus(f"{len(learnt)} items to learn from and {len(unseen)} held out: bring more")
        recipe = tune.Recipe(epochs=epochs, learning_rate=learning_rate, tuned_from=tuned_from, seed=seed)
        folder = weights.resolve(encoder)
        config = fit_net.FitConfig(
            encoder=encoder, encoder_revision=weights.revision(encoder), dim=fit.dim_of(folder), tuned_from=tuned_from,
            languages=tuple(part.strip() for part in languages.split(",")),
        )  # fmt: skip
        net, tokenizer = fit.new_net(folder, config), fit.FitTokenizer(folder, config)
        if start is not None:
            fit_net.load(start).into(net)
        maker = tune.Maker(tokenizer, config.facts_tokens, Mix(made=recipe.made, mark=recipe.mark))
        trainer = tune.Trainer(net, recipe, epochs * -(-len(learnt) // recipe.batch))
        if trainer.resume(out / "checkpoints"):
            _console.print(f"going on after epoch {trainer.epoch}")
        with _bar() as bar:
            task = bar.add_task("", total=epochs * len(learnt), loss=float("nan"))
            while trainer.epoch < epochs:
                before = trainer.epoch * len(learnt)

                def report(done: int, loss: float, before: int = before) -> None:
                    bar.update(task, completed=before + done, loss=loss)

                loss = trainer.run(_making(maker, learnt, seed), len(learnt), report)
                trainer.save(out / "checkpoints")
                _console.print(f"epoch {trainer.epoch} of {epochs}: loss {loss:.3f}")
        fit_net.save(net, config, out)
        facts = {
            "recipe": asdict(recipe),
            "start": fit_net.revision_of(start) if start else None,
            "learnt": {"items": len(learnt), "marked": sum(len(e.judged) for e in learnt)},
            "seconds": round(time.monotonic() - started, 1),
        }
        final_report = finish.finish(out, unseen, facts, reward, seed)
        shutil.rmtree(out / "checkpoints", ignore_errors=True)
        _console.print(f"wrote {out.name}, revision {final_report['revision']}, after {facts['seconds']} s")
        _print(final_report if as_json else final_report["unseen"], as_json)


@app.command()
def calibrate(
    items: Items,
    folder: ModelFolder = Path("models/fit"),
    marks: Marks = [],  # noqa: B006 - typer's
    reward: Baseline = None,
    seed: int = 0,
    as_json: AsJson = False,
) -> None:
    """Calibrate a trained model again, on held-out items and the marks that there are now; writes report and card."""
    from deployments.reward import fit_net  # noqa: PLC0415 - imports torch
    from training.fitness import finish  # noqa: PLC0415 - imports torch

    with _reported_errors():
        unseen = [e for e in _entries(items, marks, fit_net.load(folder).config.languages) if held_out(e)]
        if len(unseen) < 2:
            raise BadCorpus(f"{len(unseen)} held-out items: bring more")
        before = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        names = ("recipe", "start", "learnt", "seconds", "remarks")
        kept = {name: before[name] for name in names if name in before}
        report = finish.finish(folder, unseen, kept, reward, seed)
        _print(report if as_json else report["unseen"], as_json)


@app.command("eval")
def evaluate(
    items: Items,
    folder: ModelFolder = Path("models/fit"),
    marks: Marks = [],  # noqa: B006 - typer's
    everything: Annotated[bool, typer.Option("--everything", help="Items that it may have learnt from, too.")] = False,
    seed: int = 0,
    as_json: AsJson = False,
) -> None:
    """Measure a trained model on the held-out items of these files; a file of `editor` copies is unseen as a whole."""
    from deployments.reward.fit import FitModel  # noqa: PLC0415 - imports torch
    from training.fitness import measure  # noqa: PLC0415 - imports torch
    from training.fitness.calibrate import Calibration  # noqa: PLC0415

    with _reported_errors():
        model = FitModel.load(folder)
        entries = [e for e in _entries(items, marks, model.config.languages) if everything or _unseen(e)]
        if not entries:
            raise BadCorpus(
                "the model may have seen every item of these files; --everything measures on them all the same"
            )
        judged = measure.judge(measure.by_fit(model), entries, seed)
        numbers = {name: getattr(model.config, name) for name in ("ceiling", "wording", "slope", "shift")}
        z = Calibration(**numbers).logits(judged)
        report = {"revision": model.revision, **measure.report(judged, z, seed)}
        _print(report, as_json)


def _making(maker: Any, learnt: Sequence[Entry], seed: int) -> Callable[[int, int], Any]:
    return lambda epoch, i: maker.example(learnt[i], learnt, np.random.default_rng([seed, epoch, i]))


_EDITORS: Final = "editor:"


def _unseen(entry: Entry) -> bool:
    return entry.id.startswith(_EDITORS) or held_out(entry)


def _entries(items: Sequence[Path], marks: Sequence[Path], languages: Sequence[str]) -> list[Entry]:
    """The items in these languages, with what readers marked."""
    edited = [path for path in items if path.is_file() and '"editor"' in path.read_text(encoding="utf-8")[:20_000]]
    plain = [path for path in items if path not in edited]
    entries = [*(read(plain) if plain else []), *(entry for path in edited for entry in _edited(path))]
    marked = judgements(marks) if marks else {}
    entries = [
        e.model_copy(update={"judged": (*e.judged, *marked.get(e.id.removeprefix(_EDITORS), ()))}) for e in entries
    ]
    return [e for e in entries if e.item.language in languages]


def _edited(path: Path) -> list[Entry]:
    """Items whose good copies are under `editor`: a test set, never trained on."""
    entries = []
    for _, line in json_lines.read(path):
        row = json.loads(line)
        copies = [{"category": "", **copy} for copy in row.pop("editor", ())]
        row.pop("traps", None)
        entries.append(Entry.model_validate({**row, "id": _EDITORS + row["id"], "copies": copies}))
    return entries


def _bar() -> Progress:
    return Progress(
        TextColumn("loss {task.fields[loss]:.3f}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(), console=_console,
    )  # fmt: skip


def _print(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        Console().print_json(data=report)


def _restart_with(variables: dict[str, str]) -> None:
    """glibc reads them when a process starts."""
    if __name__ == "__main__" and not all(os.environ.get(name) for name in variables):
        command = [sys.executable, "-m", "training.fitness", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | variables)  # noqa: S606 - itself


class _reported_errors:  # noqa: N801 - reads as a statement
    """Turns our errors into a line and exit code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, OSError):
            error = BadCorpus(f"{Path(str(error.filename or 'a file')).name!r}: {error.strerror}")
        if isinstance(error, BadCorpus | Misconfigured | json_lines.NotUtf8):
            _console.print(f"[red]error:[/red] {escape(str(error))}")
            raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
