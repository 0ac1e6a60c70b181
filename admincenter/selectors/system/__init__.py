"""Whether all parts of the installation do their work: each part is asked when somebody looks, and answers in words."""

from .common import Part, State, worst
from .asking import parts, versions

__all__ = ["Part", "State", "parts", "versions", "worst"]
