"""Readers of the reviewed files under config/: values out, every problem of a file at once.

What the project believes (feeds, publishers, places, reference facts, baselines, taxonomy, forecasts) comes
in here and leaves as values of ``tracker.core``. Settings of one deployment, and anything that decides, do
not live here.
"""
