"""An adapter merged into its base: the arithmetic, the cache folder, what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from deployments.errors import Misconfigured
from deployments.weights import is_local, public_name, resolve, revision
from deployments.weights.cache import Progress
from deployments.weights.package import Converted
from deployments.weights.registry import PACKAGES, package
from tests.unit.deployments.engines.peft_folder import LLAMA, linear_layers, write_adapter, write_base

QUERY = "model.layers.0.self_attn.q_proj"
GATE = "model.layers.1.mlp.gate_proj"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "base")


def tensors(folder: Path | str) -> dict[str, torch.Tensor]:
    return {name: t for file in Path(folder).glob("*.safetensors") for name, t in load_file(file).items()}


def delta(adapter: Path, layer: str) -> np.ndarray:
    """B @ A, unscaled."""
    factors = tensors(adapter)
    b, a = (factors[f"base_model.model.{layer}.lora_{part}.weight"].double().numpy() for part in "BA")
    return b @ a


@pytest.mark.parametrize(
    ("config", "scales"),
    [
        ({"lora_alpha": 12}, {QUERY: 3.0, GATE: 3.0}),
        ({"lora_alpha": 12, "use_rslora": True}, {QUERY: 6.0, GATE: 6.0}),
        ({"lora_alpha": 12, "rank_pattern": {"q_proj": 2}}, {QUERY: 6.0, GATE: 3.0}),
        ({"lora_alpha": 12, "alpha_pattern": {"1.mlp.gate_proj": 2}}, {QUERY: 3.0, GATE: 0.5}),
    ],
)
def test_each_layer_gets_its_scaled_product(tmp_path: Path, base: Path, config: dict, scales: dict) -> None:
    adapter = write_adapter(tmp_path / "adapter", rank=4, **config)
    before, after = tensors(base), tensors(resolve(f"{base}+{adapter}"))
    for layer, scale in scales.items():
        expected = before[f"{layer}.weight"].double().numpy() + scale * delta(adapter, layer)
        np.testing.assert_allclose(after[f"{layer}.weight"].numpy(), expected, rtol=0, atol=1e-6)


def test_all_else_is_the_base_s(tmp_path: Path, base: Path) -> None:
    (base / "pytorch_model.bin").write_bytes(b"the same weights, unmerged")
    merged = Path(resolve(f"{base}+{write_adapter(tmp_path / 'adapter')}"))
    before, after = tensors(base), tensors(merged)
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {f"{layer}.weight" for layer in linear_layers(LLAMA)}
    assert {p.name for p in merged.iterdir()} == {"config.json", "tokenizer.json", "model.safetensors"}
    assert (merged / "config.json").read_bytes() == (base / "config.json").read_bytes()


def test_a_checkpoint_keeps_its_type_and_its_files(tmp_path: Path, base: Path) -> None:
    weights = {name: t.bfloat16() for name, t in tensors(base).items()}
    (base / "model.safetensors").unlink()
    half = len(weights) // 2
    for n, names in enumerate((list(weights)[:half], list(weights)[half:])):
        save_file({name: weights[name] for name in names}, base / f"model-{n}.safetensors", {"format": "pt"})
    adapter = write_adapter(tmp_path / "adapter", size=1.0)
    merged = Path(resolve(f"{base}+{adapter}"))
    assert sorted(p.name for p in merged.glob("*.safetensors")) == ["model-0.safetensors", "model-1.safetensors"]
    after = tensors(merged)
    assert {t.dtype for t in after.values()} == {torch.bfloat16}
    expected = (weights[f"{GATE}.weight"].float() + 2 * torch.from_numpy(delta(adapter, GATE)).float()).bfloat16()
    assert torch.equal(after[f"{GATE}.weight"], expected)


def test_it_is_what_peft_merges(tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

    base = tmp_path / "base"
    config = LlamaConfig(**LLAMA, vocab_size=32, tie_word_embeddings=True)
    LlamaForCausalLM(config).save_pretrained(base)
    adapter = write_adapter(
        tmp_path / "adapter",
        size=0.3,
        rank_pattern={"mlp.up_proj": 2, "v_proj": 3},
        alpha_pattern={"layers.0.self_attn.q_proj": 1, "down_proj": 32},
    )
    model = peft.PeftModel.from_pretrained(LlamaForCausalLM.from_pretrained(base), adapter).merge_and_unload()
    ids = torch.arange(12)[None]
    ours = AutoModelForCausalLM.from_pretrained(resolve(f"{base}+{adapter}"))
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], weight, rtol=0, atol=1e-6)
    torch.testing.assert_close(ours(ids).logits, model(ids).logits, rtol=0, atol=1e-5)


def test_it_is_made_once_for_each_content_of_adapter_and_base(tmp_path: Path, base: Path) -> None:
    adapter = write_adapter(tmp_path / "adapter", seed=1)
    reference = f"{base}+{adapter}"
    first, old_revision = resolve(reference), revision(reference)
    steps: list[tuple[str, float]] = []
    assert resolve(reference, lambda step, done: steps.append((step, done))) == first
    assert steps == [("ready", 1.0)]
    other = write_adapter(tmp_path / "other", seed=2)
    for file in other.iterdir():
        file.rename(adapter / file.name)
    assert resolve(reference) != first
    assert revision(reference) != old_revision
    second = resolve(reference)
    weights = base / "model.safetensors"
    os.utime(weights, ns=(0, weights.stat().st_mtime_ns + 1))  # retrained: other weights of the same size
    assert resolve(reference) != second


def test_progress_grows_to_the_end(tmp_path: Path, base: Path) -> None:
    shares: list[float] = []
    resolve(f"{base}+{write_adapter(tmp_path / 'adapter')}", lambda step, done: shares.append(done))
    assert len(shares) > len(linear_layers(LLAMA))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def run(code: str) -> subprocess.Popen[str]:
    """A Python process with this test's cache."""
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_of_processes_that_start_together_one_merges(tmp_path: Path, base: Path) -> None:
    reference = f"{base}+{write_adapter(tmp_path / 'adapter')}"
    code = (
        "from deployments.weights import resolve; steps = set(); "
        f"print(resolve({reference!r}, lambda step, done: steps.add(step)), *sorted(steps), sep='|')"
    )
    outputs = [process.communicate(timeout=120)[0].strip().split("|") for process in [run(code), run(code)]]
    assert len({path for path, *_ in outputs}) == 1
    assert sorted("merging the adapter" in steps for _, *steps in outputs) == [False, True]


def test_a_process_that_is_killed_half_way_leaves_no_model(tmp_path: Path, base: Path, cache: Path) -> None:
    reference = f"{base}+{write_adapter(tmp_path / 'adapter')}"
    code = f"import os; from deployments.weights import resolve; resolve({reference!r}, lambda step, done: os._exit(9))"
    assert run(code).wait(timeout=120) == 9
    left = [p for p in (cache / "weights").iterdir() if p.is_dir()]
    assert len(left) == 1
    source = package(reference)
    assert source is not None
    assert not source.ready()
    merged = resolve(reference)
    assert source.ready()
    assert [str(p) for p in (cache / "weights").iterdir() if p.is_dir()] == [merged]


def truncated(folder: Path) -> Path:
    weights = write_adapter(folder) / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    return folder


def not_finite(folder: Path) -> Path:
    weights = write_adapter(folder) / "adapter_model.safetensors"
    factors = load_file(weights)
    factors[f"base_model.model.{GATE}.lora_B.weight"][0, 0] = torch.nan
    save_file(factors, weights)
    return folder


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder, "there is no folder"),
        (truncated, "cannot be read as safetensors: it is damaged"),
        (not_finite, f"{GATE} is not finite"),
        (lambda f: write_adapter(f, fan_in_fan_out=True), "fan_in_fan_out"),
        (lambda f: write_adapter(f, base_model_name_or_path="package:a+models/b"), "trained on 'package:a.models/b'"),
        (lambda f: write_adapter(f, LLAMA | {"num_hidden_layers": 3}), "layers.2.* does not exist there"),
        (lambda f: write_adapter(f, LLAMA | {"hidden_size": 16}), r"mlp.down_proj \(16, 12\) is \(8, 12\) there"),
    ],
)
def test_what_cannot_be_merged_is_refused_by_its_reference(
    tmp_path: Path, base: Path, cache: Path, make: Callable[[Path], Path], says: str
) -> None:
    reference = f"{base}+{make(tmp_path / 'adapter')}"
    with pytest.raises(Misconfigured, match=says) as error:
        resolve(reference)
    assert reference in str(error.value)
    assert not [p for p in cache.rglob("*") if p.is_dir() and p.name != "weights"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda base: (base / "model.safetensors").unlink(), "no weights in safetensors"),
        (lambda base: (base / "model.safetensors").write_bytes(b"damaged"), "model.safetensors cannot be read"),
        (
            lambda base: save_file(
                {name: t.to(torch.int8) for name, t in tensors(base).items()}, base / "model.safetensors"
            ),
            "quantized in the base",
        ),
    ],
)
def test_a_base_that_takes_no_adapter_is_refused(
    tmp_path: Path, base: Path, change: Callable[[Path], object], says: str
) -> None:
    change(base)
    reference = f"{base}+{write_adapter(tmp_path / 'adapter')}"
    with pytest.raises(Misconfigured, match=says) as error:
        resolve(reference)
    assert reference in str(error.value)


def test_a_hub_model_is_no_base(tmp_path: Path) -> None:
    reference = f"some-org/some-model+{write_adapter(tmp_path / 'adapter')}"
    with pytest.raises(Misconfigured, match="download a hub model first"):
        resolve(reference)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of weights that is converted into the tiny base."""

    def convert(source: Path, target: Path, progress: Progress) -> None:
        write_base(target)
        progress("converting", 1.0)

    toy_package = Converted(name="toy", distribution="pydantic", module="pydantic", recipe=1, convert=convert)
    monkeypatch.setitem(PACKAGES, "toy", toy_package)


@pytest.mark.usefixtures("toy")
def test_a_package_s_adapter_must_be_trained_on_that_package(tmp_path: Path) -> None:
    right = write_adapter(tmp_path / "right", base_model_name_or_path="package:toy")
    wrong = write_adapter(tmp_path / "wrong", base_model_name_or_path="package:smollm2-135m-instruct")
    steps: list[str] = []
    assert resolve(f"package:toy+{right}", lambda step, done: steps.append(step))
    assert list(dict.fromkeys(steps)) == ["converting", "ready", "merging the adapter"]
    with pytest.raises(Misconfigured, match="trained on 'package:smollm2-135m-instruct'"):
        resolve(f"package:toy+{wrong}")


@pytest.mark.usefixtures("toy")
def test_both_parts_are_named_and_no_path_of_ours(tmp_path: Path) -> None:
    reference = f"package:toy+{write_adapter(tmp_path / 'generator', base_model_name_or_path='package:toy')}"
    assert public_name(reference) == "package:toy+generator"
    assert is_local(reference)
    plain, plus, digest = revision(reference).rpartition(" + ")
    assert (plain, plus) == (revision("package:toy"), " + ")
    assert len(digest) == 12
    assert int(digest, 16)


@pytest.mark.usefixtures("toy")
def test_a_second_adapter_goes_on_top_of_the_first(tmp_path: Path) -> None:
    first = write_adapter(tmp_path / "first", seed=1, base_model_name_or_path="package:toy")
    second = write_adapter(tmp_path / "second", seed=2, base_model_name_or_path=f"package:toy+{first}")
    both = f"package:toy+{first}+{second}"
    assert public_name(both) == "package:toy+first+second"
    before, after = tensors(resolve("package:toy")), tensors(resolve(both))
    expected = before[f"{QUERY}.weight"].numpy() + 2 * (delta(first, QUERY) + delta(second, QUERY))
    np.testing.assert_allclose(after[f"{QUERY}.weight"].numpy(), expected, rtol=0, atol=1e-6)


def test_the_adapter_is_found_as_other_folders_are(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_adapter(tmp_path / "models")
    monkeypatch.chdir(tmp_path)
    assert resolve("base+models") == resolve(f"{base}+{tmp_path / 'models'}")


def test_a_folder_with_a_plus_in_its_name_is_one_folder(tmp_path: Path) -> None:
    folder = write_base(tmp_path / "base+more")
    assert resolve(str(folder)) == str(folder)
    assert public_name(str(folder)) == "base+more"
