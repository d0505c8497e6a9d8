"""The report as one HTML page."""

from __future__ import annotations

from pathlib import Path

from benchmarks.report.html import page


def test_an_image_of_the_folder_is_inside_and_another_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "tax.png").write_bytes(b"png")
    text = page("# Benchmarks <1>\n\n![tax](tax.png) ![other](../other.png)\n", tmp_path)
    assert 'src="data:image/png;base64,cG5n"' in text
    assert 'src="../other.png"' in text
    assert "<title>Benchmarks &lt;1&gt;</title>" in text
