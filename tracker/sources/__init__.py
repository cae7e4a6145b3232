"""Where news comes from: fetching feeds, parsing documents, reading stamps, reading archives.

The only home of httpx, h11, brotli, lxml, feedparser and selectolax; their objects never leave it. Nothing in
here keeps anything, knows a category or reads a clock.
"""
