"""Bulk: a file of requests to a folder of Decisions, by Ray Data and without a running service."""
