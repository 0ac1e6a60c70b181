"""The cache, without which everything goes on: while Redis is away, nothing is known and nothing is kept.

What lies in it is found out anew, so that whoever has to put things right finds their pages. Nothing that
must be sure is asked of it: limits, sessions and whatever is one-time are rows.
"""

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class Cache(RedisCache):
    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            logger.warning("the cache cannot be asked: %s", type(error).__name__)
            return default

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            logger.warning("the cache keeps nothing: %s", type(error).__name__)
