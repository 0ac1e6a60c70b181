"""Whether all parts of the installation do their work: each part is asked when somebody looks, and answers in words."""

from .asking import parts, versions
from .common import Part, State, worst

__all__ = ["Part", "State", "parts", "versions", "worst"]
