"""A Markdown report as one HTML page that needs no other file: its plots are inside."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d1d1f; margin: 2rem auto; max-width: 1100px; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ddd }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
th, td { border: 1px solid #ddd; padding: .3rem .6rem; text-align: left; vertical-align: top }
th { background: #f5f5f7 }
code { background: #f5f5f7; padding: 0 .2rem; font-size: .9em }
img { max-width: 100% }
"""
_IMAGE: Final = re.compile(r'<img src="([^"]+)"')


def page(markdown: str, folder: Path) -> str:
    """Render the page. Images are read from `folder`, by their relative links."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    body = _IMAGE.sub(lambda link: f'<img src="{_embedded(link[1], folder)}"', body)
    title = html.escape(markdown.partition("\n")[0].lstrip("# "))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _embedded(link: str, folder: Path) -> str:
    """Return an image as a data URI. Any link that is not a file of the folder stays a link."""
    path = folder / link
    if not path.is_file() or path.resolve().parent != folder.resolve():
        return link
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
