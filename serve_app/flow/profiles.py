"""Platform length profiles, read from a YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import Field

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.settings import Settings, parse
from deployments.types import LengthProfile
from serve_app.flow.knobs import IngressKnobs


class ProfileFile(Settings):
    """The content of the file."""

    profiles: tuple[LengthProfile, ...] = Field(min_length=1)


def load_profiles(path: str) -> Mapping[str, LengthProfile]:
    """Read the profiles, by name. A relative path is looked for in the working folder, then in the project's.

    Raises Misconfigured.
    """
    try:
        text = (find(path) or Path(path)).read_text(encoding="utf-8")
        data = yaml.safe_load(text)
    except OSError:
        raise Misconfigured(f"length_profiles: cannot read {path!r}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"length_profiles: {path!r} is not YAML: {error}") from None
    profiles = parse(ProfileFile, data, f"length profiles {path!r}").profiles
    unknown = next((p for p in profiles if not p.counting_unit.is_known), None)
    if unknown is not None:
        raise Misconfigured(f"length profiles {path!r}: {unknown.counting_unit.value!r} is no counting_unit")
    by_name = {profile.length_profile: profile for profile in profiles}
    if len(by_name) < len(profiles):
        raise Misconfigured(f"length profiles {path!r}: a name is used more than once")
    return by_name


def profiles_of(knobs: IngressKnobs) -> Mapping[str, LengthProfile]:
    """Read the profiles that the knobs name. Raises Misconfigured, also when the default one is not among them."""
    profiles = load_profiles(knobs.length_profiles)
    if knobs.defaults.length_profile not in profiles:
        raise Misconfigured(
            f"user_config of Ingress: defaults.length_profile={knobs.defaults.length_profile!r} is not in "
            f"{knobs.length_profiles}, which has {', '.join(profiles)}"
        )
    return profiles
