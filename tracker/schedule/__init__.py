"""The clock: APScheduler in memory calls the steps; nothing is remembered here that the record does not hold."""
