"""Clusters of tests about one story. A cluster is never split between training and measuring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from deployments.plain_text import plain_text

# Words in common over words in all (Jaccard). Of 1,498 pairs of the archive's tests known to be one story 0.7 joins
# 98%, with 5% of pairs beside them. Joining too much costs a little data, joining too little is a leak.
OVERLAP: Final = 0.7
# Below this many words a stock phrase ("This is what happens when") is most of a copy.
MIN_WORDS: Final = 5
# Letters. A shorter context ("Wow. Just wow.") is a remark that fits many stories.
MIN_CONTEXT: Final = 25
# A context of more tests than this is boilerplate ("Things that matter. Pass 'em on.").
MAX_CONTEXT_TESTS: Final = 50
# A copy of more tests than this, or than a tenth of them, is a stock phrase or a control arm ("Open the app now").
MAX_COPY_TESTS: Final = 20
FEWEST_COPY_TESTS: Final = 3
_CHUNK: Final = 512  # rows compared with all at once: bounds the memory


def clusters_of(table: pd.DataFrame) -> list[str]:
    """A name for the story of each arm: the first test of all that are joined by a chain of the following.

    A copy with the same letters and digits; two copies of at least MIN_WORDS with most of their words in common; the
    same context (column `context`, if there is one).
    """
    tests, names = pd.factorize(table["test_id"])
    count = len(names)
    test_copies, copies = _shared_copies(table, tests)
    # Tests, copies and contexts are the nodes of one graph.
    edges = [test_copies + np.array([[0], [count]]), count + near_duplicates(copies)]
    size = count + len(copies)
    if "context" in table.columns:
        test_contexts, contexts = _shared_contexts(table, tests)
        edges += [test_contexts + np.array([[0], [size]]), size + near_duplicates(contexts)]
        size += len(contexts)
    left, right = np.concatenate(edges, axis=1)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    story = component[:count]
    first = np.full(int(story.max(initial=-1)) + 1, count)
    np.minimum.at(first, story, np.arange(count))
    return [str(names[i]) for i in first[story][tests]]


def normalised(texts: pd.Series) -> pd.Series:
    """Lower case, letters and digits alone, without HTML."""
    plain = texts.map(plain_text)
    return plain.str.lower().str.replace(r"['’]", "", regex=True).str.replace(r"\W+", " ", regex=True).str.strip()  # noqa: RUF001 - both apostrophes are meant


def near_duplicates(normal: Iterable[str]) -> NDArray[np.int64]:
    """[2, pairs] indices of texts whose Jaccard overlap of words is at least OVERLAP; exact, not sampled.

    Two sets of words can only overlap that much when they share one of their rarest |x| - ceil(OVERLAP |x|) + 1 words
    (prefix filtering: Bayardo, Ma and Srikant, 2007, "Scaling up all pairs similarity search").
    """
    texts = [text.split() for text in normal]
    words, vocabulary = pd.factorize(np.array([word for text in texts for word in text], dtype=object))
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    rows, words = np.unique(np.stack([rows, words]), axis=1) if len(words) else (rows, words)
    rarity = np.argsort(np.argsort(np.bincount(words, minlength=len(vocabulary)), kind="stable"), kind="stable")
    order = np.lexsort((rarity[words], rows))
    rows, words = rows[order], words[order]
    sizes = np.bincount(rows, minlength=len(texts))
    place = np.arange(len(rows)) - (np.cumsum(sizes) - sizes)[rows]
    enough = sizes[rows] >= MIN_WORDS
    rare = enough & (place < (sizes - np.ceil(OVERLAP * sizes - 1e-9) + 1)[rows])
    shape = (len(texts), max(len(vocabulary), 1))
    full = csr_array((np.ones(enough.sum(), np.int32), (rows[enough], words[enough])), shape=shape)
    prefix = csr_array((np.ones(rare.sum(), np.int32), (rows[rare], words[rare])), shape=shape)
    turned = prefix.T.tocsr()
    pairs = [np.zeros((2, 0), dtype=np.int64)]
    for start in range(0, len(texts), _CHUNK):
        a, b = (prefix[start : start + _CHUNK] @ turned).nonzero()
        a = a.astype(np.int64) + start
        a, b = a[b > a], b[b > a].astype(np.int64)
        common = full[a].multiply(full[b]).sum(axis=1)
        similar = common >= OVERLAP * (sizes[a] + sizes[b] - common) - 1e-9
        pairs.append(np.stack([a[similar], b[similar]]))
    return np.concatenate(pairs, axis=1)


def _shared_copies(table: pd.DataFrame, tests: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[str]]:
    """[2, links] test and copy, and the copies: those with letters or digits, and rare enough to tell a story."""
    links = pd.DataFrame({"test": tests, "copy": normalised(table["text"])}).drop_duplicates()
    most = min(MAX_COPY_TESTS, max(FEWEST_COPY_TESTS, len(np.unique(tests)) // 10))
    links = links[(links["copy"] != "") & (links.groupby("copy")["test"].transform("size") <= most)]
    codes, copies = pd.factorize(links["copy"])
    return np.stack([links["test"].to_numpy(np.int64), codes.astype(np.int64)]), list(copies)


def _shared_contexts(table: pd.DataFrame, tests: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[str]]:
    """[2, links] test and context, and the contexts: those long enough to tell a story and rare enough to name it."""
    contexts = normalised(table["context"].fillna("").astype(str))
    links = pd.DataFrame({"test": tests, "context": contexts})[contexts.str.len() >= MIN_CONTEXT].drop_duplicates()
    links = links[links.groupby("context")["test"].transform("size") <= MAX_CONTEXT_TESTS]
    codes, contexts = pd.factorize(links["context"])
    return np.stack([links["test"].to_numpy(np.int64), codes.astype(np.int64)]), list(contexts)
