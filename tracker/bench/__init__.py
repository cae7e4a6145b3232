"""Benches: what is claimed of speed, politeness and safety, measured beside the peers in the same run.

A bench is a module with one function ``run(Order) -> Result``. Peers are imported inside it: they are installed
by ``./run bench`` alone. Nothing of the product imports this package but the verb.
"""
