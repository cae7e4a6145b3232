"""``python -m tracker``: the command line."""

from tracker.cli.main import run

run()
