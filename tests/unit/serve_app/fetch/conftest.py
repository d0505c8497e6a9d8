"""A host with one picture."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.picture_host import PictureHost, answer
from tests.unit.deployments.pictures import REAL


@pytest.fixture
async def host() -> AsyncIterator[PictureHost]:
    async with PictureHost({"/cup.png": answer(REAL["PNG"])}).serving() as serving:
        yield serving
