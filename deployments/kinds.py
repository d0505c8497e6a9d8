"""The table from the kinds of a stage to their classes. A kind is a row here, and settings that import no model code.

The settings of a stage are told apart by `kind`; a replica, and nobody else, loads the class.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any, Final

from pydantic import Field

from deployments.captioner.openai_settings import OpenAiCaptionerSettings
from deployments.captioner.settings import TagsCaptionerSettings
from deployments.captioner.vlm_settings import VlmCaptionerSettings
from deployments.fakes import FakeCaptionerSettings, FakeGeneratorSettings, FakeRewardSettings, FakeRouterSettings
from deployments.generator.openai_settings import OpenAiGeneratorSettings
from deployments.generator.settings import GeneratorSettings
from deployments.reward.settings import RewardSettings
from deployments.router.settings import EmbeddingRouterSettings
from deployments.settings import Settings

AnyCaptionerSettings = Annotated[
    TagsCaptionerSettings | VlmCaptionerSettings | OpenAiCaptionerSettings | FakeCaptionerSettings,
    Field(discriminator="kind"),
]
AnyRouterSettings = Annotated[EmbeddingRouterSettings | FakeRouterSettings, Field(discriminator="kind")]
AnyGeneratorSettings = Annotated[
    GeneratorSettings | OpenAiGeneratorSettings | FakeGeneratorSettings, Field(discriminator="kind")
]
AnyRewardSettings = Annotated[RewardSettings | FakeRewardSettings, Field(discriminator="kind")]

# Each class takes its settings alone.
CLASSES: Final[dict[type[Settings], str]] = {
    TagsCaptionerSettings: "deployments.captioner.tags:TagsCaptioner",
    VlmCaptionerSettings: "deployments.captioner.vlm:VlmCaptioner",
    OpenAiCaptionerSettings: "deployments.captioner.openai_captioner:OpenAiCaptioner",
    FakeCaptionerSettings: "deployments.fakes:FakeCaptioner",
    EmbeddingRouterSettings: "deployments.router.router:EmbeddingRouter",
    FakeRouterSettings: "deployments.fakes:FakeRouter",
    GeneratorSettings: "deployments.generator.generator:VllmGenerator",
    OpenAiGeneratorSettings: "deployments.generator.openai_generator:OpenAiGenerator",
    FakeGeneratorSettings: "deployments.fakes:FakeGenerator",
    RewardSettings: "deployments.reward.scorer:BradleyTerryScorer",
    FakeRewardSettings: "deployments.fakes:FakeRewardScorer",
}


def build(settings: Settings) -> Any:
    """The stage of these settings, not yet started. Imports its framework: seconds."""
    module, _, name = CLASSES[type(settings)].partition(":")
    return getattr(import_module(module), name)(settings)
