"""Locust users, gRPC and HTTP."""
