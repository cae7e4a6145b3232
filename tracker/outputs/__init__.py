"""What leaves the program for readers: pages and mails rendered from values, and the mail server's door.

Nothing here asks the database or decides what is true; values of ``tracker.core`` come in, text
or bytes go out.
"""
