"""Organizations' SAML 2.0 identity providers: people come by them, and are signed out with them.

`protocol` reads and writes messages; it costs some 25 MB of memory, and is imported where a message comes or goes,
and by nothing that runs at the start of a process.
"""
