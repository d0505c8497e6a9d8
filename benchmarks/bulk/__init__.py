"""The bulk job."""
