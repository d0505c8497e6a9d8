"""What a client shows of itself, its API key and its certificate, and whom it trusts. No error quotes a key."""

from __future__ import annotations

import os
import re
from pathlib import Path

import grpc

_KEY = re.compile(r"[\x21-\x7e]{1,256}")


def tls(
    ca_file: str | Path | None = None, cert_file: str | Path | None = None, cert_key_file: str | Path | None = None
) -> grpc.ChannelCredentials:
    """Return credentials for `PushGenClient(credentials=...)`. Files are PEM. Raises OSError, ValueError.

    ca_file: the authorities to trust instead of gRPC's own list. cert_file, cert_key_file: the client's certificate and
    its key, where the server asks for one.
    """
    if (cert_file is None) != (cert_key_file is None):
        raise ValueError("a client certificate needs both of cert_file and cert_key_file")
    return grpc.ssl_channel_credentials(_content(ca_file), _content(cert_key_file), _content(cert_file))


def _content(file: str | Path | None) -> bytes | None:
    return None if file is None else Path(os.path.expanduser(file)).read_bytes()


def key_metadata(api_key: str | None) -> tuple[tuple[str, str], ...]:
    """Return the metadata of an API key. Raises ValueError."""
    if not api_key:
        return ()
    if not _KEY.fullmatch(api_key):
        raise ValueError("the API key is one word of at most 256 characters of ASCII, and this one is not")
    return (("authorization", f"Bearer {api_key}"),)


def read_key(file: str | Path) -> str:
    """Read the API key that a file holds alone. Raises OSError, ValueError."""
    try:
        return (_content(file) or b"").decode("ascii").strip()
    except UnicodeDecodeError:
        raise ValueError("the file of the API key holds more than ASCII") from None
