from tests.races import real_database

__all__ = ["real_database"]
