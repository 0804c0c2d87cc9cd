"""The site of a private practice."""

__version__ = "0.2.0"
