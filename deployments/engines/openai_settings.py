"""Settings of a server that speaks the OpenAI API."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from deployments.errors import Misconfigured
from deployments.settings import Settings

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_OURS = frozenset(
    ("messages", "model", "n", "stream", "temperature", "top_p", "max_tokens", "max_completion_tokens", "seed",
     "logprobs", "top_logprobs", "response_format", "stop", "tools", "extra_body", "extra_headers", "extra_query",
     "timeout")
)  # fmt: skip


class OpenAiServer(Settings):
    """A model behind the OpenAI API: `vllm serve`, a gateway, a hosted model.

    A config never contains the key: name the variable or the file that holds it. Without either, no key is sent.
    """

    base_url: str = Field(min_length=1, max_length=2048)
    """The URL before `/chat/completions`; it usually ends in `/v1`."""
    model: str = Field(min_length=1, max_length=1024)
    """The server's name of the model."""
    revision: str = Field(default="", max_length=128)
    """Your revision of the model, for Decisions and the key of the caption cache: the API gives no reliable one."""
    api_key_env: str | None = None
    """The environment variable with the key, in the environment of the replicas."""
    api_key_file: str | None = Field(default=None, min_length=1, max_length=4096)
    """A file that contains the key alone, on every node that runs a replica."""
    timeout_s: float = Field(default=60.0, gt=0, le=3600)
    """Time limit of one try; the request's deadline may end it earlier."""
    max_retries: int = Field(default=2, ge=0, le=10)
    """Further tries after a lost connection, 429 or 5xx, while there is time."""
    max_concurrency: int = Field(default=32, ge=1, le=1000)
    """Calls in flight per replica."""
    max_waiting: int = Field(default=256, ge=0, le=10_000)
    """Calls in the queue, REALTIME before BACKFILL; beyond it they are refused."""
    extra_body: dict[str, Any] = Field(default_factory=dict, max_length=32)
    """Further parameters of every request, passed on unchecked: vLLM's `min_p`, a host's `reasoning_effort`."""

    @field_validator("base_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        try:
            url = urlsplit(value)
            usable = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("is no http:// or https:// URL with a host, such as http://127.0.0.1:8001/v1")
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("may hold neither user, password, query nor fragment: a key belongs into api_key_env")
        return value.rstrip("/")

    @field_validator("api_key_env")
    @classmethod
    def _name(cls, value: str | None) -> str | None:
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError("is no name of an environment variable in capitals; the key itself never stands here")
        return value

    @field_validator("extra_body")
    @classmethod
    def _foreign(cls, value: dict[str, Any]) -> dict[str, Any]:
        if ours := sorted(_OURS.intersection(value)):
            raise ValueError(f"may not hold {', '.join(ours)}: the stage sets it itself")
        return value

    @model_validator(mode="after")
    def _one_key(self) -> OpenAiServer:
        if self.api_key_env is not None and self.api_key_file is not None:
            raise ValueError("api_key_env and api_key_file are both set: keep one")
        return self

    @property
    def key_setting(self) -> str:
        """The setting that names the key's place, for messages to the operator."""
        return "server.api_key_file" if self.api_key_file else "server.api_key_env"

    def api_key(self) -> SecretStr | None:
        """Read the key; None to send none. Raises Misconfigured, never with the key in the message."""
        if self.api_key_file is not None:
            try:
                key = Path(self.api_key_file).expanduser().read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise Misconfigured(
                    f"server.api_key_file: {self.api_key_file} cannot be read as text; mount it on this node, or fix "
                    "the path"
                ) from None
        elif self.api_key_env is not None:
            key = os.environ.get(self.api_key_env, "").strip()
            if not key:
                raise Misconfigured(
                    f"server.api_key_env: {self.api_key_env} is not set where this replica runs; export it before "
                    "`serve run`, or on every node of a cluster, or leave api_key_env out for a server without keys"
                )
        else:
            return None
        if not _PRINTABLE.fullmatch(key):
            raise Misconfigured(
                f"{self.key_setting}: holds no key, but nothing or more than one word; put the key there"
            )
        return SecretStr(key)
