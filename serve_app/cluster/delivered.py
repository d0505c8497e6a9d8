"""What the caller of a generator has, when its task is tried again with the same seed."""

from __future__ import annotations

from collections import Counter

from deployments.types import Draft


class Delivered:
    """The drafts that were delivered. A further try leaves these out, and writes no more than was asked for."""

    def __init__(self, candidates_per_category: int) -> None:
        self._most = candidates_per_category
        self._drafts: Counter[tuple[str, str, str]] = Counter()
        self._in_category: Counter[str] = Counter()
        self._repeated: Counter[tuple[str, str, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._drafts)

    def begin_again(self) -> None:
        """Expect every draft so far once more."""
        self._repeated = self._drafts.copy()

    def adds(self, draft: Draft) -> bool:
        """Count the draft. Return False for one that must not be delivered."""
        copy = (draft.category, draft.title, draft.body)
        if self._repeated[copy]:
            self._repeated[copy] -= 1
            return False
        if self._in_category[draft.category] >= self._most:  # the seed did not repeat a draft exactly
            return False
        self._drafts[copy] += 1
        self._in_category[draft.category] += 1
        return True
