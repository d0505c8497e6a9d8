"""Who may call, as data: a config says `access: {kind: open}`, or `{kind: keys, file: ...}`. There is no default."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from deployments.settings import Settings

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


class OpenAccessSettings(Settings):
    """Everyone who reaches a port may call, and names the tenant that he likes.

    For one machine, and for services behind something that lets only callers of yours through.
    """

    kind: Literal["open"] = "open"


class KeyAccessSettings(Settings):
    """A call needs the API key of a tenant. The tenants stand in a file, or in a variable (see `TenantsFile`).

    One of both: `file`, on every node that runs an ingress replica, is read again every `reload_s` and needs no
    restart; `env` names an environment variable of the ingress replicas that holds the same text.
    """

    kind: Literal["keys"] = "keys"
    file: str | None = Field(default=None, min_length=1, max_length=4096)
    env: str | None = None
    reload_s: float = Field(default=2.0, ge=0.1, le=3600)

    @field_validator("env")
    @classmethod
    def _name(cls, value: str | None) -> str | None:
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError("is no name of an environment variable in capitals; keys and hashes never stand here")
        return value

    @model_validator(mode="after")
    def _one_place(self) -> KeyAccessSettings:
        if (self.file is None) == (self.env is None):
            raise ValueError("needs one of `file` and `env`: where the tenants and the hashes of their keys stand")
        return self


AnyAccessSettings = Annotated[OpenAccessSettings | KeyAccessSettings, Field(discriminator="kind")]
