"""Pages of long lists, as the API has them too."""

from mago.core.keyset import PAGE_SIZE, Cursor, KeysetPage, Listing, read_cursor

__all__ = ["PAGE_SIZE", "Cursor", "KeysetPage", "Listing", "read_cursor"]
