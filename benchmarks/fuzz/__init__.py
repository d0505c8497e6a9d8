"""Malformed and hostile requests over HTTP and gRPC, seeded, and what the service makes of them."""
