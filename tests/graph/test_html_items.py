"""Items of HTML through the flow on fakes."""

from __future__ import annotations

from deployments.types import CaptionSource, Decision, Source
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.pipeline import Pipeline
from tests.graph.stages import CATALOGUE, brief, fakes


async def decide(**fields: object) -> Decision:
    return await Pipeline(fakes(), IngressKnobs(), CATALOGUE).decide(brief(**fields))  # type: ignore[arg-type]


async def test_html_of_an_item_reaches_no_copy() -> None:
    item = {
        "title": "Grandma&#039;s gar\u00adden <b>trick</b>",
        "description": "<p>Maria&39;s tomatoes &amp; basil.</p>",
    }
    template = {"title": "{title}", "body": "{description}", "kind": "INCUMBENT_KIND_TEMPLATE"}
    decision = await decide(item=item, incumbents=[template])
    assert "Grandma's garden trick" in decision.caption.text
    generated = [c for c in decision.candidates if c.source is Source.GENERATED]
    assert all("Grandma's garden" in c.body and not c.rejected for c in generated)
    filled = next(c for c in decision.candidates if c.source is Source.TEMPLATE)
    assert (filled.title, filled.body) == ("Grandma's garden trick", "Maria's tomatoes & basil.")


async def test_a_caption_of_markup_alone_is_none() -> None:
    decision = await decide(item={"title": "Coffee", "caption": "<p>&nbsp;</p>"})
    assert (decision.caption.source, decision.caption.text) == (CaptionSource.METADATA, "Coffee.")
