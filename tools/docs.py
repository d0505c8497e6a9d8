"""Write the generated pages of `docs/reference/` (`make docs`), or say whether they have drifted (`--check`).

Everything in them comes from the code: settings and knobs from the pydantic models, the API from the protos, errors,
categories and metrics from their tables.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import docs_contract  # noqa: E402
import docs_models  # noqa: E402
import docs_rules  # noqa: E402

PAGES = {
    "settings": docs_models.settings_page,
    "knobs": docs_models.knobs_page,
    "api": docs_contract.api_page,
    "errors": docs_contract.errors_page,
    "categories": docs_contract.categories_page,
    "metrics": docs_contract.metrics_page,
    "rules": docs_rules.rules_page,
}
NOTE = "<!-- Written by tools/docs.py. Do not edit: run `make docs`. -->\n\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a page has drifted")
    check = parser.parse_args().check
    os.chdir(ROOT)
    folder = Path("docs/reference")
    texts = {f"{name}.md": NOTE + page() for name, page in PAGES.items()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    stale = sorted(name for name in texts.keys() | kept.keys() if texts.get(name) != kept.get(name))
    if check:
        sys.stdout.write("".join(f"drifted: docs/reference/{name} (run `make docs`)\n" for name in stale))
        return 1 if stale else 0
    for name in stale:
        if name in texts:
            (folder / name).write_text(texts[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
