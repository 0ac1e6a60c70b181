"""The cache, without which everything goes on: while Redis is away, nothing is known and nothing is kept.

What lies in it is found out anew, so that whoever has to put things right finds their pages. Nothing that
must be sure is asked of it: limits, sessions and whatever is one-time are rows.
"""

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# Redis is away, or holds what another version of this code has made of classes that this one does not have.
_UNKNOWN = (RedisError, AttributeError, ImportError)


class _Client(RedisCacheClient):
    """Keeps what asks Redis: Django makes it anew for each question, which takes longer than the answer."""

    def __init__(self, *servers: Any, **options: Any) -> None:
        super().__init__(*servers, **options)
        self._made: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._made:
            self._made[write] = super().get_client(key, write=write)
        return self._made[write]


class Cache(RedisCache):
    def __init__(self, server: Any, params: Any) -> None:
        super().__init__(server, params)
        self._class = _Client

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except _UNKNOWN as error:
            logger.warning("the cache cannot be asked: %s", type(error).__name__)
            return default

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            logger.warning("the cache keeps nothing: %s", type(error).__name__)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        try:
            return super().get_many(keys, version)
        except _UNKNOWN as error:
            logger.warning("the cache cannot be asked: %s", type(error).__name__)
            return {}

    def set_many(
        self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> Any:
        try:
            return super().set_many(data, timeout, version)
        except RedisError as error:
            logger.warning("the cache keeps nothing: %s", type(error).__name__)
            return list(data)
