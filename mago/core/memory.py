"""Two words to the C library about memory. GNU's understands them; with another one nothing happens."""

import ctypes

_M_ARENA_MAX = -8  # glibc's malloc.h


def share_arenas(count: int) -> None:
    """Threads that start from now on take memory from so many heaps together, and not each from its own."""
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):
        set_option(_M_ARENA_MAX, count)


def return_free() -> None:
    """What was freed between other things goes back to the system: after much was loaded and let go."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
