"""Pages of long lists, as the API has them too."""

from mago.core.keyset import CREATED, PAGE_SIZE, Cursor, KeysetPage, Listing, Order, read_cursor

__all__ = ["CREATED", "PAGE_SIZE", "Cursor", "KeysetPage", "Listing", "Order", "read_cursor"]
