"""The application: everything that composes the stages."""

__version__ = "0.1.0"
