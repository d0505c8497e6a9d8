"""`buf lint` with the STANDARD rules on `protos/`, without a network (`make lint`).

It runs on a copy. Google's protos, which ours import, are not judged.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROTOS = Path(__file__).resolve().parent.parent / "protos"
WORKSPACE = """\
version: v2
modules:
  - path: protos
    lint:
      use: [STANDARD]
      ignore: [protos/google]
      disallow_comment_ignores: true
"""


def lint(protos: Path) -> subprocess.CompletedProcess[str]:
    """Run buf on a copy of `protos`; violations are on stdout, exit code 0 when there are none."""
    with tempfile.TemporaryDirectory() as tmp:
        workspace = Path(tmp)
        (workspace / "buf.yaml").write_text(WORKSPACE)
        for source in protos.rglob("*.proto"):
            target = workspace / "protos" / source.relative_to(protos)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        buf = Path(sys.executable).with_name("buf")
        return subprocess.run([str(buf), "lint"], cwd=workspace, capture_output=True, text=True, check=False)


def main() -> int:
    done = lint(PROTOS)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
