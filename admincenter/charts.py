"""Charts as data for an SVG: pure arithmetic. Colours, strokes and fonts are the style sheet's."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 630, 20, 200
STEPS = 4
# About seven columns are named; of those every third stays where there is little room.
NAMED, STAYS = 7, 3
SPARK_WIDTH, SPARK_HEIGHT = 76, 30


@dataclass(frozen=True)
class Series:
    """A name, and as many figures as the chart has columns."""

    name: str
    figures: Sequence[int]


@dataclass(frozen=True)
class Mark:
    """A word at an axis; a `minor` one may be left out."""

    x: int
    y: int
    text: str
    anchor: str
    minor: bool


@dataclass(frozen=True)
class Line:
    """`number` names its style: s1 and a1, s2 and a2 …; `area` closes the line along the axis."""

    name: str
    number: int
    path: str
    area: str


@dataclass(frozen=True)
class Chart:
    """All that templates/admincenter/chart.html draws, and the same figures as rows of a table."""

    title: str
    text: str
    grid: str
    marks: list[Mark]
    lines: list[Line]
    rows: list[tuple[str, list[int]]]


def line_chart(columns: Sequence[str], series: Sequence[Series], *, title: str, text: str) -> Chart:
    """Lines over named columns; `title` and `text` say in words what it shows."""
    step = _step(max((figure for one in series for figure in one.figures), default=0))
    return Chart(
        title=title,
        text=text,
        grid="".join(f"M{LEFT} {_y(n * step, step)}H{RIGHT}" for n in range(STEPS + 1)),
        marks=_scale(step) + _names(columns),
        lines=[_line(one, number, step) for number, one in enumerate(series, 1)],
        rows=[(name, [one.figures[i] for one in series]) for i, name in enumerate(columns)],
    )


@dataclass(frozen=True)
class Spark:
    """A line without a scale, beside a figure that says how much it is."""

    path: str
    area: str


def spark(figures: Sequence[int]) -> Spark:
    """The course of a few figures, drawn by templates/admincenter/overview/figures.html."""
    most, last = max(max(figures, default=0), 1), max(len(figures) - 1, 1)
    # Inside the picture by half the line's width.
    low, high = SPARK_HEIGHT - 2, 2
    points = [
        (SPARK_WIDTH * i // last, low - (low - high) * figure // most)
        for i, figure in enumerate(figures)
    ]
    path = _curve(points)
    return Spark(path, f"{path}V{SPARK_HEIGHT}H0Z" if path else "")


def _step(highest: int) -> int:
    """The roundest distance (1, 2 or 5 times a power of ten) of which STEPS reach the highest figure.

    >>> [_step(highest) for highest in (0, 4, 5, 17, 1480)]
    [1, 1, 2, 5, 500]
    """
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power * STEPS >= highest:
                return digit * power
        power *= 10


def _x(column: int, columns: int) -> int:
    return LEFT + (RIGHT - LEFT) * column // max(columns - 1, 1)


def _y(figure: int, step: int) -> int:
    return BOTTOM - (BOTTOM - TOP) * figure // (step * STEPS)


def _scale(step: int) -> list[Mark]:
    return [
        Mark(LEFT - 8, _y(n * step, step) + 4, str(n * step), "end", n % 2 == 1)
        for n in range(STEPS + 1)
    ]


def _names(columns: Sequence[str]) -> list[Mark]:
    last, named = len(columns) - 1, -(-len(columns) // NAMED)
    return [
        Mark(
            _x(i, len(columns)),
            HEIGHT - 2,
            name,
            _anchor(i, last),
            (last - i) % (named * STAYS) != 0,
        )
        for i, name in enumerate(columns)
        if (last - i) % named == 0
    ]


def _anchor(index: int, last: int) -> str:
    """The first and the last name stay inside the picture."""
    if index == 0:
        return "start"
    return "end" if index == last else "middle"


def _line(series: Series, number: int, step: int) -> Line:
    count = len(series.figures)
    points = [(_x(i, count), _y(figure, step)) for i, figure in enumerate(series.figures)]
    path = _curve(points)
    return Line(series.name, number, path, f"{path}V{BOTTOM}H{LEFT}Z" if path else "")


def _curve(points: Sequence[tuple[int, int]]) -> str:
    """A line through all points that is level at each, so that it tells of no figure that there was not.

    >>> _curve([(0, 9), (10, 3)])
    'M0 9C5 9 5 3 10 3'
    """
    if not points:
        return ""
    (x, y), *others = points
    path = f"M{x} {y}"
    for to_x, to_y in others:
        middle = (x + to_x) // 2
        path += f"C{middle} {y} {middle} {to_y} {to_x} {to_y}"
        x, y = to_x, to_y
    return path
