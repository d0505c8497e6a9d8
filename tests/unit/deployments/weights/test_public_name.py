from __future__ import annotations

import pytest

from deployments.weights import public_name


@pytest.mark.parametrize(
    ("reference", "seen"),
    [
        ("/srv/models/smol", "smol"),
        ("~/models/smol", "smol"),
        ("./models/smol", "smol"),
        ("package:smollm2-135m-instruct", "package:smollm2-135m-instruct"),
        ("package:smollm2-135m-instruct+models/generator", "package:smollm2-135m-instruct+generator"),
        ("package:smollm2-135m-instruct+/srv/models/generator/", "package:smollm2-135m-instruct+generator"),
        ("/srv/models/smol+/srv/models/generator", "smol+generator"),
        ("Qwen/Qwen3-4B-Instruct-2507", "Qwen/Qwen3-4B-Instruct-2507"),
    ],
)
def test_a_client_never_sees_a_folder_of_ours(reference: str, seen: str) -> None:
    assert public_name(reference) == seen
