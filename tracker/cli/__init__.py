"""The command line: verbs that call the wired program and put its answers into words or JSON.

The only home of typer and rich. Answers go to stdout, progress and trouble to stderr; exit 0 fine, 1 found a
problem, 2 misuse.
"""
