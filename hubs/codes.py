"""Enrolment codes as people type them: 60 random bits in Crockford's base 32, and a check character.

The check is the number modulo 37, as Crockford has it; codes whose check would be none of the 32
characters are not made, so that a keypad of digits and letters is enough.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# What is easily taken for something else, and what people put between groups.
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})
_LONGEST = 40


def new_code() -> str:
    """A code that nobody can guess, such as `7Q2M-X0R4-9KTB-C`."""
    while True:
        number = secrets.randbits(5 * LENGTH)
        if number % 37 < 32:
            return _written(number)


def _written(number: int) -> str:
    body = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
    return "-".join([*re.findall("....", body), ALPHABET[number % 37]])


def read_code(text: str) -> str | None:
    """The 13 characters of a code however it was typed; None where it is mistyped.

    >>> read_code("0000-0000-000l-1"), read_code("000000000001 I"), read_code("000000000001 2")
    ('0000000000011', '0000000000011', None)
    """
    code = text[:_LONGEST].upper().translate(_ALIKE)
    if len(code) != LENGTH + 1 or any(character not in _VALUES for character in code):
        return None
    number = 0
    for character in code[:-1]:
        number = number << 5 | _VALUES[character]
    return code if number % 37 == _VALUES[code[-1]] else None
