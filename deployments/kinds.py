"""The kinds of each stage: a union of their settings, told apart by `kind`, and the class that each builds.

Settings import no model code. A class is imported when it is built, by a replica and nobody else, which may take
seconds. mypy checks every class against its stage's protocol, and that no kind is left out.
"""

# ruff: noqa: PLC0415 - classes are imported late

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from deployments.captioner.openai_settings import OpenAiCaptionerKnobs, OpenAiCaptionerSettings
from deployments.captioner.settings import TagsCaptionerSettings, TagsKnobs
from deployments.captioner.vlm_settings import VlmCaptionerSettings, VlmKnobs
from deployments.fakes import (
    FakeCaptioner,
    FakeCaptionerSettings,
    FakeGenerator,
    FakeGeneratorSettings,
    FakeKnobs,
    FakeRewardScorer,
    FakeRewardSettings,
    FakeRouter,
    FakeRouterSettings,
)
from deployments.generator.openai_settings import OpenAiGeneratorKnobs, OpenAiGeneratorSettings
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.router.settings import EmbeddingRouterSettings, RouterKnobs
from deployments.settings import Knobs
from deployments.stages import CaptionerStage, GeneratorStage, RewardStage, RouterStage

AnyCaptionerSettings = Annotated[
    TagsCaptionerSettings | VlmCaptionerSettings | OpenAiCaptionerSettings | FakeCaptionerSettings,
    Field(discriminator="kind"),
]
AnyRouterSettings = Annotated[EmbeddingRouterSettings | FakeRouterSettings, Field(discriminator="kind")]
AnyGeneratorSettings = Annotated[
    GeneratorSettings | OpenAiGeneratorSettings | FakeGeneratorSettings, Field(discriminator="kind")
]
AnyRewardSettings = Annotated[RewardSettings | FakeRewardSettings, Field(discriminator="kind")]


def build_captioner(settings: AnyCaptionerSettings) -> CaptionerStage:
    """The captioner of these settings, not yet started."""
    match settings:
        case TagsCaptionerSettings():
            from deployments.captioner.tags import TagsCaptioner

            return TagsCaptioner(settings)
        case VlmCaptionerSettings():
            from deployments.captioner.vlm import VlmCaptioner

            return VlmCaptioner(settings)
        case OpenAiCaptionerSettings():
            from deployments.captioner.openai_captioner import OpenAiCaptioner

            return OpenAiCaptioner(settings)
        case FakeCaptionerSettings():
            return FakeCaptioner(settings)


def build_router(settings: AnyRouterSettings) -> RouterStage:
    """The router of these settings, not yet started."""
    match settings:
        case EmbeddingRouterSettings():
            from deployments.router.router import EmbeddingRouter

            return EmbeddingRouter(settings)
        case FakeRouterSettings():
            return FakeRouter(settings)


def build_generator(settings: AnyGeneratorSettings) -> GeneratorStage:
    """The generator of these settings, not yet started."""
    match settings:
        case GeneratorSettings():
            from deployments.generator.generator import VllmGenerator

            return VllmGenerator(settings)
        case OpenAiGeneratorSettings():
            from deployments.generator.openai_generator import OpenAiGenerator

            return OpenAiGenerator(settings)
        case FakeGeneratorSettings():
            return FakeGenerator(settings)


def build_reward(settings: AnyRewardSettings) -> RewardStage:
    """The reward scorer of these settings, not yet started."""
    match settings:
        case RewardSettings():
            from deployments.reward.scorer import BradleyTerryScorer

            return BradleyTerryScorer(settings)
        case FakeRewardSettings():
            return FakeRewardScorer(settings)


def knobs_of(  # noqa: PLR0911 - one return a kind, so that mypy sees a missing one
    settings: AnyCaptionerSettings | AnyRouterSettings | AnyGeneratorSettings | AnyRewardSettings,
) -> type[Knobs]:
    """The `knobs_type` of the class that these settings build, without importing it."""
    match settings:
        case TagsCaptionerSettings():
            return TagsKnobs
        case VlmCaptionerSettings():
            return VlmKnobs
        case OpenAiCaptionerSettings():
            return OpenAiCaptionerKnobs
        case EmbeddingRouterSettings():
            return RouterKnobs
        case GeneratorSettings():
            return GeneratorKnobs
        case OpenAiGeneratorSettings():
            return OpenAiGeneratorKnobs
        case RewardSettings():
            return RewardKnobs
        case FakeCaptionerSettings() | FakeRouterSettings() | FakeGeneratorSettings() | FakeRewardSettings():
            return FakeKnobs
