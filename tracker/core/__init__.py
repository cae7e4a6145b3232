"""The bedrock: values and decisions, standard library only; no I/O, no clock, no randomness.

Everything above only carries things to the functions in here. Nothing in here knows a database, a feed
reader, a classifier or a command line.
"""
