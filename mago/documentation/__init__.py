"""The documentation, served at /docs/: the Markdown files of `docs/`, as pages in the product's look.

A file is read and made into a page when it is first asked for, and kept. What is not a file of the
folder, found when the folder was listed, does not exist: no path that somebody sends is ever opened.
"""
