"""Keys and certificates of a client: read from files, refused without being quoted."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

from serve_app.client import PushGenClient, tls
from serve_app.client.credentials import key_metadata, read_key


def test_a_key_is_metadata_of_every_call_and_no_part_of_a_repr() -> None:
    assert key_metadata("k1") == (("authorization", "Bearer k1"),)
    assert key_metadata(None) == key_metadata("") == ()
    with PushGenClient("127.0.0.1:1", api_key="k1-secret") as client:
        assert ("authorization", "Bearer k1-secret") in client._metadata
        assert "k1-secret" not in repr(client)


@pytest.mark.parametrize("key", ["two words", "line\nend", "k\u00e9y", "x" * 257])
def test_what_is_no_key_is_refused_unquoted(key: str) -> None:
    with pytest.raises(ValueError, match="the API key is one word") as caught:
        PushGenClient("127.0.0.1:1", api_key=key)
    assert key not in str(caught.value)


def test_a_key_stands_in_a_file_alone(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("  k1\n")
    assert read_key(tmp_path / "key") == "k1"
    (tmp_path / "key").write_bytes(b"k\xff1")
    with pytest.raises(ValueError, match="more than ASCII"):
        read_key(tmp_path / "key")
    with pytest.raises(FileNotFoundError):
        read_key(tmp_path / "none")


def test_tls_takes_authorities_and_a_whole_certificate(tmp_path: Path) -> None:
    assert isinstance(tls(), grpc.ChannelCredentials)
    with pytest.raises(ValueError, match="needs both of cert_file and cert_key_file"):
        tls(cert_file=tmp_path / "cert.pem")
    with pytest.raises(FileNotFoundError):
        tls(ca_file=tmp_path / "ca.pem")
