"""Follows the public news about North Korea and checks documents' forecasts against what happened."""

__version__ = "0.1.0"
