"""The bench stands on the product as it is; its figures are no business of the suite."""

from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from accounts.signin.hashers import Argon2idHasher
from bench import gathered
from bench.audit import append_row
from bench.hashing import ClockedHasher, clock
from bench.instructions import Counter, counted, event_row
from bench.report import Row, table
from bench.trail import figures, fill
from bench.windows import Samples, measure, ratio
from mago.audit.models import AuditEvent, AuditMark


def test_the_clocked_hash_is_the_product_s() -> None:
    encoded, before = Argon2idHasher().encode("seven geese", "salt-of-16-bytes"), clock.count
    assert ClockedHasher().verify("seven geese", encoded)
    assert ClockedHasher().encode("seven geese", "salt-of-16-bytes") == encoded
    assert clock.count == before + 2


def test_the_empty_views_are_mounted_beside_the_product_and_not_in_it() -> None:
    assert resolve("/bench/empty/", urlconf="bench.urls").func.access == "public"
    assert resolve("/api/bench/transaction", urlconf="bench.urls").func.access == "public"
    assert resolve("/accounts/login/", urlconf="bench.urls").url_name == "account_login"
    with pytest.raises(Resolver404):
        resolve("/bench/empty/")


def test_windows_compare_neighbours_and_take_the_hash_off() -> None:
    used = iter(range(100))
    samples = measure(
        {"a": lambda: None, "b": lambda: None}, lambda: next(used), lambda: 0.0, rounds=2, seconds=0
    )
    assert samples["a"].own_cpu == [1, 1]
    assert ratio(samples["a"].own_cpu, samples["b"].own_cpu) == 1


def test_a_goal_is_met_or_not() -> None:
    assert Row("G1", "sign-in", "5 ms", "1 ms", 5, 10).is_met
    assert not Row("G13", "mails", "400/s", "", 400, 500, at_least=True).is_met
    assert "NOT MET" in table([Row("G2", "sign-in", "5 ms", "1 ms", 5, 1.2)])


def test_all_goals_stand_in_one_table_with_a_column_for_each_database(tmp_path: Path) -> None:
    slow, quick = (Row("G10", "a list", "9 ms", "1 ms", value, 15) for value in (16, 9))
    rate = Row("G4", "sign-ins a second", "best 900", "", 800, 1500, at_least=True)
    only_told = Row("floor", "an empty GET", "1 ms")
    text = gathered.markdown(
        {"SQLite": [quick, only_told], "PostgreSQL": [slow, rate]}, ["audit on SQLite"], 0.5
    )
    assert text.splitlines()[-2:] == [
        "| G4 | sign-ins a second | ≥ 1,500 |  | 800 (best 900) **not met** |",
        "| G10 | a list | ≤ 15 | 9 (9 ms) | 16 (9 ms) **not met** |",
    ]
    assert "without figures: audit on SQLite" in text
    page = tmp_path / "page.md"
    page.write_text(f"Before\n{gathered.BEGIN}\nold\n{gathered.END}\nAfter", encoding="utf-8")
    gathered.put_into(page, "new")
    assert page.read_text(encoding="utf-8").split("\n")[::2] == ["Before", "new", "After"]


def test_what_an_event_costs_is_the_difference_to_the_same_without_it() -> None:
    samples = {
        name: Samples(cpu=cpu) for name, cpu in {"0": [2, 3], "10": [4, 7], "page": [1, 2]}.items()
    }
    row = append_row(samples, 10, "page", "an empty page", 0.15)
    assert row.value == pytest.approx(0.2)
    assert row.is_met is False


def test_instructions_are_those_of_every_program_since_they_were_asked_for_last(
    tmp_path: Path,
) -> None:
    count = Counter(tmp_path)
    (tmp_path / "17.1").write_text("version: 1\nsummary: 900\n\ntotals: 900\n")
    (tmp_path / "18.1").write_text("version: 1\nsummary: 100\n\ntotals: 100\n")
    assert count() == 1000
    assert count() == 0


def test_an_event_s_instructions_are_the_difference_to_the_same_request_without_it() -> None:
    counts = iter([0, 2000, 0, 1000, 0, 1300])
    found = counted(
        {name: lambda: None for name in ("page", "0", "1")},
        lambda: next(counts),
        rounds=1,
        requests=10,
    )
    row = event_row(found)
    assert (row.figure, row.floor) == ("30", "200")
    assert row.value == pytest.approx(0.15)


def test_where_nothing_can_be_counted_there_is_no_figure() -> None:
    with pytest.raises(SystemExit):
        counted({"page": lambda: None}, lambda: 0, rounds=1, requests=1)


@pytest.mark.slow
def test_the_events_of_the_bench_fit_their_table(db: None) -> None:
    fill(0, 100)
    fill(100, 250)
    assert AuditEvent.objects.count() == AuditMark.objects.count() == 250
    assert all(seconds > 0 for seconds in figures(250).values())
