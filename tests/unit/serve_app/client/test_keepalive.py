"""Keepalive pings of the client stay within what a gRPC server allows by default."""

from __future__ import annotations

from serve_app.client.calls import channel_options

# grpc.http2.min_ping_interval_without_data_ms of a server that has no setting for it, as Serve's proxy.
ALLOWED_EVERY_MS = 300_000


def test_pings_are_rarer_than_a_server_allows_and_end_with_the_calls() -> None:
    options = dict(channel_options())
    assert options["grpc.keepalive_time_ms"] > ALLOWED_EVERY_MS
    assert not options.get("grpc.keepalive_permit_without_calls", 0)
    assert options.get("grpc.http2.max_pings_without_data", 2) > 0  # 0 would lift gRPC's own limit
