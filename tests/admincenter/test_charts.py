"""The chart's arithmetic: within its frame, true to its figures, whatever they are."""

import doctest
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admincenter import charts, diff
from admincenter.charts import BOTTOM, LEFT, RIGHT, STEPS, TOP, Series, line_chart
from admincenter.templatetags import moments

FIGURES = st.lists(st.integers(0, 10**7), min_size=1, max_size=40)


def draw(*figures: list[int]) -> charts.Chart:
    columns = [str(n) for n in range(len(figures[0]))]
    return line_chart(
        columns, [Series(str(n), one) for n, one in enumerate(figures)], title="t", text="d"
    )


def points(path: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"(\d+) (\d+)(?=C|$)", path)]


@pytest.mark.parametrize("module", [charts, diff, moments])
def test_the_examples_are_true(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@settings(deadline=None)
@given(FIGURES)
def test_every_point_lies_within_the_frame(figures: list[int]) -> None:
    (line,) = draw(figures).lines
    assert len(points(line.path)) == len(figures)
    assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in points(line.path))


@settings(deadline=None)
@given(FIGURES)
def test_a_higher_figure_is_no_lower_in_the_picture(figures: list[int]) -> None:
    heights = [y for _, y in points(draw(figures).lines[0].path)]
    pairs = sorted(zip(figures, heights, strict=True))
    assert [y for _, y in pairs] == sorted(heights, reverse=True)


@settings(deadline=None)
@given(FIGURES)
def test_the_scale_reaches_the_highest_figure_and_not_much_further(figures: list[int]) -> None:
    top = max(
        int(mark.text) for mark in draw(figures).marks if mark.anchor == "end" and mark.x < LEFT
    )
    assert max(figures) <= top <= max(STEPS, 3 * max(figures))


def test_nothing_is_a_line_along_the_bottom() -> None:
    chart = draw([0, 0, 0])
    assert {y for _, y in points(chart.lines[0].path)} == {BOTTOM}


def test_no_columns_is_an_empty_chart() -> None:
    assert draw([]).lines[0].path == ""


def test_series_share_one_scale_and_the_table_has_them_all() -> None:
    chart = draw([10, 20], [20, 10])
    (first, second) = (points(line.path) for line in chart.lines)
    assert first[1][1] == second[0][1]
    assert chart.rows == [("0", [10, 20]), ("1", [20, 10])]
    assert [line.number for line in chart.lines] == [1, 2]


@settings(deadline=None)
@given(FIGURES)
def test_a_spark_stays_within_its_picture(figures: list[int]) -> None:
    drawn = points(charts.spark(figures).path)
    assert len(drawn) == len(figures)
    assert all(0 <= x <= charts.SPARK_WIDTH and 0 < y < charts.SPARK_HEIGHT for x, y in drawn)


def test_few_names_stay_where_there_is_little_room() -> None:
    days = [mark for mark in draw(list(range(14))).marks if mark.x >= LEFT]
    assert [mark.text for mark in days if not mark.minor] == ["1", "7", "13"]
    assert days[-1].anchor == "end"
