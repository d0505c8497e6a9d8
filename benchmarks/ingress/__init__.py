"""HAProxy against Serve's proxy."""
