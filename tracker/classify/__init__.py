"""Reading texts: what a headline says took place, in which mode, when and where.

Two observers live here, the rules (phrases of ``config/taxonomy.toml``) and the model (scikit-learn), with what
it takes to train and measure them. What a reading does to the timeline is decided in ``tracker.core``.
"""
