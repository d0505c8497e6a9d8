from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.engines.adapters import Adapter, check_name, load
from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured
from deployments.settings import parse
from tests.unit.deployments.engines.peft_folder import LLAMA, write_adapter, write_base


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "base")


def loaded(base: Path, max_rank: int = 64, model: str = "package:m", **folders: Path) -> dict[str, Adapter]:
    return load({name: str(folder) for name, folder in folders.items()}, max_rank, model, str(base))


def test_adapters_that_fit_are_numbered_with_their_ranks(tmp_path: Path, base: Path) -> None:
    one = write_adapter(tmp_path / "one", rank=4, seed=1)
    two = write_adapter(tmp_path / "two", rank=8, seed=2, rank_pattern={"q_proj": 16})
    adapters = loaded(base, b=two, a=one)
    assert [(each.name, each.number, each.rank) for each in adapters.values()] == [("a", 1, 4), ("b", 2, 16)]


def test_the_revision_changes_with_the_weights_even_at_the_same_size(tmp_path: Path, base: Path) -> None:
    same, other = (write_adapter(tmp_path / f"{seed}", seed=seed) for seed in (1, 2))
    again = write_adapter(tmp_path / "again", seed=1)
    adapters = loaded(base, a=same, b=other, c=again)
    assert adapters["a"].revision == adapters["c"].revision
    assert adapters["a"].revision != adapters["b"].revision


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def truncated(folder: Path) -> Path:
    weights = write_adapter(folder) / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    return folder


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder, "no folder"),
        (empty, "adapter_config.json and adapter_model.safetensors not found"),
        (truncated, "cannot be read"),
        (lambda f: write_adapter(f, rank=65), "rank 65 is above engine.max_lora_rank=64"),
        (lambda f: write_adapter(f, rank_pattern={"q_proj": 128}), "rank 128"),
        (lambda f: write_adapter(f, r="8"), "no usable rank"),
        (lambda f: write_adapter(f, peft_type="LOHA"), "LORA"),
        (lambda f: write_adapter(f, use_dora=True), "use_dora"),
        (lambda f: write_adapter(f, bias="all"), "bias"),
        (lambda f: write_adapter(f, init_lora_weights="pissa_niter_4"), "init_lora_weights"),
        (lambda f: write_adapter(f, lora_alpha=None), "no usable `lora_alpha`"),
        (lambda f: write_adapter(f, alpha_pattern={"(": 4}), "no regular expression"),
        (lambda f: write_adapter(f, r=8), "has rank 4 in adapter_model.safetensors, and 8 in"),
        (lambda f: write_adapter(f, base_model_name_or_path="package:other"), "trained on 'package:other'"),
        (lambda f: write_adapter(f, LLAMA | {"num_hidden_layers": 3}), "layers.2.* does not exist there"),
        (lambda f: write_adapter(f, LLAMA | {"hidden_size": 16}), r"mlp.down_proj \(16, 12\) is \(8, 12\) there"),
    ],
)
def test_what_cannot_be_served_is_refused_by_its_key(
    tmp_path: Path, base: Path, make: Callable[[Path], Path], says: str
) -> None:
    with pytest.raises(Misconfigured, match=f"engine.adapters.mine: .*{says}"):
        loaded(base, mine=make(tmp_path / "mine"))


MERGED = "package:m+models/generator"


@pytest.mark.parametrize(
    ("model", "trained_on", "fits"),
    [
        (MERGED, MERGED, True),
        (MERGED, "package:m", False),
        (MERGED, "package:m+models/other", False),
        (MERGED, "some-org/m", False),
        (MERGED, "", False),
        ("package:m", MERGED, False),
        ("models/m", MERGED, False),
        ("models/m+models/generator", "models/m", False),
        ("models/m+models/generator", "models/m+models/generator", True),
        ("package:m", "some-org/m", True),
        ("models/m", "package:m", True),
    ],
)
def test_an_adapter_of_a_merged_model_names_exactly_that_one(
    tmp_path: Path, base: Path, model: str, trained_on: str, fits: bool
) -> None:
    mine = write_adapter(tmp_path / "mine", base_model_name_or_path=trained_on)
    if fits:
        assert loaded(base, model=model, mine=mine)
        return
    with pytest.raises(Misconfigured, match="was trained on") as error:
        loaded(base, model=model, mine=mine)
    assert model in str(error.value)
    assert trained_on in str(error.value)


def test_an_unknown_name_gets_the_nearest() -> None:
    check_name("", [])
    check_name("news", ["news"])
    with pytest.raises(Misconfigured, match="'nws'; did you mean 'news'"):
        check_name("nws", ["news", "sport"])
    with pytest.raises(Misconfigured, match=r"engine\.adapters is empty"):
        check_name("news", [])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"adapters": {"a b": "x"}}, "adapters.a b"),
        ({"adapters": {"a": ""}}, "adapters.a"),
        ({"adapters": {f"a{n}": "x" for n in range(33)}}, "adapters"),
        ({"adapters": {"a": "x"}, "max_images_per_prompt": 1}, "max_images_per_prompt"),
        ({"max_lora_rank": 513}, "max_lora_rank"),
    ],
)
def test_impossible_adapter_settings_are_refused_by_name(changes: dict, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        parse(EngineSettings, {"model": "m"} | changes, "engine")
