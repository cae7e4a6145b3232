"""The web door: the JSON API under /api/v1 and the pages. Reads only; it asks ``Reads`` and shapes the answers.

Nothing here decides or writes; what an answer looks like is settled in ``tracker.core.shapes`` and
``tracker.outputs``.
"""
