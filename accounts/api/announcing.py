"""What the description of the API promises, a fact a line, so that a change of it is seen and announced.

Long enumerations (permissions, tags) grow with the product and are no facts here; nor are words for people.
"""

from collections.abc import Iterator
from typing import Any

LONGEST_ENUMERATION = 12
_METHODS = ("get", "put", "post", "patch", "delete")


def facts_of(schema: dict[str, Any]) -> list[str]:
    """All that a client may rely on, sorted."""
    return sorted({*_operations(schema), *_shapes(schema)})


def is_breaking(gone: set[str], new: set[str], before: set[str]) -> bool:
    """Whether a client that was written before may fail: something is gone, or is asked for that was not.

    Where a value is sent, more values to choose from take nothing away.
    """
    known = {fact.split(" ")[0] for fact in before}
    wider = dict(_choices(fact) for fact in new)
    lost = [fact for fact in gone if not _is_widened(fact, wider)]
    return bool(lost) or any(
        fact.endswith(" required") and fact.split(" ")[0] in known for fact in new
    )


def _is_widened(fact: str, now: dict[str, set[str]]) -> bool:
    name, choices = _choices(fact)
    return bool(choices) and choices < now.get(name, set())


def _choices(fact: str) -> tuple[str, set[str]]:
    """What a fact is about, and the values that may be sent for it; none for whatever else it says."""
    name, _colon, kind = fact.partition(": ")
    is_sent = " query " in name or name.partition(".")[0].endswith("Body")
    is_choice = kind.startswith("(") and kind.endswith(")")
    return name, set(kind[1:-1].split("|")) if is_sent and is_choice else set()


def news(new: set[str], before: set[str], schema: dict[str, Any]) -> set[str]:
    """What is new, as a reader wants it told: an operation by its summary alone, and nothing of what only it has."""
    fresh = {fact for fact in new if "#" in fact and " " not in fact}
    known = {fact.split(".")[0].split(":")[0] for fact in before if "#" not in fact}
    told = {fact for fact in new if "#" in fact and fact.split(" ")[0] not in fresh}
    told |= {fact for fact in new if "#" not in fact and fact.split(".")[0].split(":")[0] in known}
    return {f"`{fact}`" for fact in told} | {_told(fact, schema) for fact in fresh}


def _told(operation: str, schema: dict[str, Any]) -> str:
    path, method = operation.split("#")
    return f"`{method.upper()} {path}`: {schema['paths'][path][method].get('summary', '')}"


def _operations(schema: dict[str, Any]) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                name = f"{path}#{method}"
                yield name
                yield from (f"{name} {fact}" for fact in _operation(methods[method]))


def _operation(operation: dict[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        demand = " required" if parameter.get("required") else ""
        kind = kind_of(parameter.get("schema", {}))
        yield f"{parameter['in']} {parameter['name']}: {kind}{demand}"
    for kind in _contents(operation.get("requestBody", {})):
        yield f"takes {kind}"
    for code, response in operation["responses"].items():
        if str(code).startswith("2"):
            yield from (f"answers {code} {kind}" for kind in _contents(response) or ["nothing"])


def _shapes(schema: dict[str, Any]) -> Iterator[str]:
    for name, shape in schema["components"]["schemas"].items():
        # Only what is sent can be demanded; of an answer everything else would be a promise less.
        is_sent = name.endswith("Body")
        demanded = shape.get("required", ()) if is_sent else ()
        for field, kind in shape.get("properties", {}).items():
            demand = " required" if field in demanded else ""
            yield f"{name}.{field}: {kind_of(kind)}{demand}"
        if "enum" in shape:
            yield f"{name}: {kind_of(shape)}"


def _contents(part: dict[str, Any]) -> list[str]:
    return [kind_of(content.get("schema", {})) for content in part.get("content", {}).values()]


def kind_of(shape: dict[str, Any]) -> str:
    """The type of a value, in a few words."""
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    for many in ("oneOf", "anyOf", "allOf"):
        if many in shape:
            return "|".join(sorted(kind_of(one) for one in shape[many]))
    if "enum" in shape:
        values = sorted(str(value) for value in shape["enum"])
        return "(" + "|".join(values) + ")" if len(values) <= LONGEST_ENUMERATION else "(…)"
    kinds = shape.get("type", "any")
    kind = "|".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in shape:
        return f"[{kind_of(shape['items'])}]"
    return f"{kind}<{shape['format']}>" if "format" in shape else kind
