"""The steps: fetch, read, place, judge, send, and rebuild. The only place that commits.

No step calls the next. Each looks for rows that lack its own result, works outside any transaction where
that takes long, and writes in one short one; so a restart needs no repair and running a step twice changes
nothing. Sources, classifiers and the mail server come in through the ports of ``tracker.core.ports``.
"""
