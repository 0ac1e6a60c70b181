"""What other tools write becomes tickets, once; what they read is written; what is no such file is refused."""

import contextlib
import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from admincenter.security import exports
from admincenter.security.exchange import found as found_module
from admincenter.security.exchange import osv, sarif, table, vex
from admincenter.security.exchange.found import Unreadable, text
from admincenter.security.models import Finding, Ticket
from admincenter.security.models.tickets import today
from admincenter.security.services import imports
from admincenter.security.services.imports import Outcome, import_findings
from admincenter.security.services.moves import move_ticket
from admincenter.security.workflow import Move, State
from tests.conftest import Browser

from .conftest import AT, CRITICAL

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["runs", "results", "tool", "driver", "rules", "message", "text", "locations", "ruleIndex", "level",
             "vulnerabilities", "ratings", "affects", "affected", "package", "ranges", "events", "suppressions",
             "extensions", "rule", "id", "arguments", "toolComponent", "index", "method", "score", "severity", "ref"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


def scan(*results: dict[str, Any]) -> dict[str, Any]:
    rules = [
        {
            "id": "py/sql",
            "shortDescription": {"text": "SQL made of text"},
            "properties": {"security-severity": "8.8"},
        }
    ]
    driver = {"name": "Scanner", "rules": rules}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results)}]}


def result(uri: str = "a.py", **more: Any) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": 7}}
    return {
        "ruleId": "py/sql",
        "ruleIndex": 0,
        "message": {"text": "Built from input"},
        "locations": [{"physicalLocation": place}],
    } | more


def test_sarif_is_read_by_its_rules_and_without_what_is_none() -> None:
    document = scan(
        result(),
        result("b.py", kind="pass"),
        result("c.py", suppressions=[{"kind": "inSource"}]),
        result("d.py", level="none"),
    )
    (found,) = sarif.read(document)
    assert (found.title, found.severity, found.location) == ("SQL made of text", "high", "a.py:7")


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"baselineState": "absent"}, None),
        ({"baselineState": "unchanged"}, "high"),
        ({"suppressions": []}, "high"),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, "high"),
        (
            {"suppressions": [{"kind": "inSource"}, {"kind": "external", "status": "rejected"}]},
            "high",
        ),
        ({"kind": "review", "level": "none"}, "high"),
        ({"kind": "open", "level": "none", "ruleId": "other", "ruleIndex": -1}, "unrated"),
        ({"kind": "informational"}, None),
    ],
)
def test_sarif_is_read_as_its_specification_says(
    more: dict[str, Any], severity: str | None
) -> None:
    found = sarif.read(scan(result(**more)))
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_a_rule_is_found_in_the_extension_that_has_it_and_by_its_place() -> None:
    document = scan(
        result(rule={"index": 1, "toolComponent": {"index": 0}}, ruleId="js/xss", ruleIndex=1),
        result("b.js", rule={"id": "js/xss"}, ruleId=None, ruleIndex=None),
        result("c.js", ruleId=None),
        result("d.js", ruleId="py/sql/2"),
        # A place at which another rule stands.
        result("e.js", ruleId="js/xss"),
    )
    low = {"id": "js/eval", "properties": {"security-severity": "2.0"}}
    worst = {"id": "js/xss", "properties": {"security-severity": "9.9"}}
    document["runs"][0]["tool"]["extensions"] = [{"name": "Pack", "rules": [low, worst]}]
    assert [(one.rule, one.severity) for one in sarif.read(document)] == [
        ("js/xss", "critical"),
        ("js/xss", "critical"),
        ("py/sql", "high"),
        ("py/sql/2", "high"),
        ("js/xss", "critical"),
    ]


def test_a_message_is_put_together_from_its_rule() -> None:
    message = {"id": "default", "arguments": ["name", "x" * 5000]}
    document = scan(result(message=message), result(message={"id": "gone", "arguments": ["y"]}))
    (rule,) = document["runs"][0]["tool"]["driver"]["rules"]
    rule["messageStrings"] = {"default": {"text": "Of {0}: {1} {0} {7}"}}
    first, second = sarif.read(document)
    assert first.description == f"Of name: {'x' * 200} name {{7}}"
    assert second.description == "gone y"
    assert first.fingerprint != second.fingerprint


def test_two_places_are_two_findings(programme: Any, alice: Any) -> None:
    """A line's hash tells nothing of its file, and without one the same words stand at many lines."""
    same: Any = {"partialFingerprints": {"primaryLocationLineHash": "39fa2ee980eb94b0:1"}}
    second = result()
    second["locations"] = [
        {"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 90}}}
    ]
    document = scan(result(**same), result("b.py", **same), result(), second, result())
    for expected in (["new"] * 4 + ["known"], ["known"] * 5):
        rows = import_findings(
            programme=programme, found=sarif.read(document), actor=alice, dry_run=False
        )
        assert [row.outcome for row in rows] == expected


def vulnerability(name: str = "CVE-2026-1", **more: Any) -> dict[str, Any]:
    return {"id": name, "description": "Bad", "affects": [{"ref": "p"}]} | more


def bom(*vulnerabilities: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6"}
    component = {"bom-ref": "p", "name": "pillow", "version": "1"}
    return head | {"components": [component], "vulnerabilities": list(vulnerabilities)} | more


def test_a_vulnerability_of_a_component_is_the_same_in_its_next_version_and_document() -> None:
    newer = [{"bom-ref": "q", "name": "pillow", "version": "2"}]
    nested = [{"bom-ref": "a", "name": "app", "components": newer}]
    linked = vulnerability(affects=[{"ref": "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/2#q"}])
    documents = [
        bom(vulnerability()),
        bom(vulnerability(affects=[{"ref": "q"}]), components=newer),
        bom(vulnerability(affects=[{"ref": "q"}]), components=nested),
        bom(vulnerability(affects=[{"ref": "q"}]), components=[], metadata={"component": nested[0]}),
        bom(linked, components=newer),
    ]  # fmt: skip
    found = [one for document in documents for one in vex.read(document)]
    assert [one.component for one in found] == ["pillow 1", *["pillow 2"] * 4]
    assert len({one.fingerprint for one in found}) == 1
    (group,) = vex.read(
        bom(vulnerability(), components=[{"bom-ref": "p", "group": "org.x", "name": "pillow"}])
    )
    assert group.component == "org.x/pillow"
    # A reference alone has the version in its package URL.
    urls = ("pkg:pypi/pillow@1?x=y", "pkg:pypi/pillow@2")
    told = [vex.read(bom(vulnerability(affects=[{"ref": ref}])))[0] for ref in urls]
    assert told[0].component == urls[0]
    assert told[0].fingerprint == told[1].fingerprint


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ([{"severity": "low"}, {"severity": "critical"}, {"severity": "info"}], "critical"),
        ([{"severity": "none"}], "none"),
        ([{"severity": "info"}, {"severity": ["x"]}], "unrated"),
        ([{"method": "CVSSv31", "score": 7.5}], "high"),
        ([{"method": "CVSSv31", "score": True}], "low"),
        ([{"method": [], "severity": {}, "vector": 5, "score": []}], "unrated"),
        ([{"method": "OWASP", "score": 7.5}], "unrated"),
        ([{"method": "CVSSv31", "score": "7"}, {"method": "CVSSv4", "score": -1}], "unrated"),
    ],
)
def test_of_several_ratings_the_worst_counts(ratings: Any, expected: str) -> None:
    (found,) = vex.read(bom(vulnerability(ratings=ratings)))
    assert found.severity == expected


def test_the_vector_is_the_newest_that_is_one() -> None:
    old = "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    ratings = [
        {"method": "CVSSv3", "vector": f"CVSS:3.0/{old}", "severity": "low"},
        {"method": "CVSSv4", "vector": "broken"},
    ]
    for listed in (ratings, [{"method": "CVSSv3", "vector": old}]):
        (found,) = vex.read(bom(vulnerability(ratings=listed)))
        assert found.vector == f"CVSS:3.1/{old}"


@pytest.mark.parametrize(
    ("more", "over"),
    [
        ({"analysis": {"state": "exploitable"}}, False),
        ({"analysis": {"state": "in_triage"}}, False),
        ({"analysis": {"state": ["not_affected"]}}, False),
        ({"analysis": {"state": "resolved_with_pedigree"}}, True),
        ({"rejected": "2026-01-01T00:00:00Z"}, True),
        ({"affects": [{"ref": "p", "versions": [{"version": "1", "status": "unaffected"}]}]}, True),
        ({"affects": [{"ref": "p", "versions": [{"version": "1"}]}]}, False),
        ({"affects": [{"ref": "p", "versions": []}]}, False),
    ],
)
def test_vex_says_what_is_over(more: dict[str, Any], over: bool) -> None:
    (found,) = vex.read(bom(vulnerability(**more)))
    assert found.ended == over


def test_vex_is_read_in_its_three_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {
        "id": "CVE-2026-1",
        "description": "Bad",
        "ratings": [{"method": "CVSSv4", "vector": CRITICAL}],
        "affects": [{"ref": "p"}],
    }
    over = {"id": "CVE-2026-2", "analysis": {"state": "not_affected"}, "affects": [{"ref": "p"}]}
    for version in vex.VERSIONS:
        document = {
            "bomFormat": "CycloneDX",
            "specVersion": version,
            "components": [{"bom-ref": "p", "name": "pillow", "version": "1"}],
            "vulnerabilities": [one, over],
        }
        first, second = vex.read(document)
        assert (first.component, first.vector, first.ended) == ("pillow 1", CRITICAL, False)
        assert second.ended
    with pytest.raises(Unreadable):
        vex.read(document | {"specVersion": "1.3"})


class Counted(dict[str, Any]):
    """An object of a file that counts how often it is looked into."""

    looks = 0

    def get(self, *sought: Any) -> Any:
        Counted.looks += 1
        return super().get(*sought)


class Endless(str):
    """Text of which the beginning may be taken, and nothing asked of each character."""

    def __iter__(self) -> Any:
        raise AssertionError("all of it was read")


def test_a_file_costs_what_its_length_is_and_not_the_square_of_it() -> None:
    """A few MB of results and rules would otherwise hold a thread for hours."""
    odd = {"security-severity": "0" * 1000 + "9"}
    document = scan(*({"ruleId": f"r{number}"} for number in range(50)))
    rules = [Counted(id=f"r{number}", properties=odd) for number in range(200)]
    document["runs"][0]["tool"]["driver"]["rules"] = rules
    Counted.looks = 0
    assert [found.severity for found in sarif.read(document)] == ["medium"] * 50
    assert Counted.looks < 500
    assert text(Endless("word " * 1000), 10) == "word word "


@pytest.mark.parametrize("reader", [sarif, table, vex])
def test_what_is_too_much_is_not_all_looked_at(
    reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    one = reader._found

    def counted(*given: Any) -> Any:
        made.append(1)
        return one(*given)

    monkeypatch.setattr(reader, "_found", counted)
    monkeypatch.setattr(reader, "MOST", 3)
    much = {"id": "CVE-2026-1", "description": "Bad", "affects": [{"ref": "p"}] * 100}
    sent: Any = {
        sarif: scan(*[result()] * 100),
        table: b"title\n" + b"Hole\n" * 100,
        vex: {"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [much]},
    }
    with pytest.raises(Unreadable):
        reader.read(sent[reader])
    assert len(made) == 4


def test_words_that_many_findings_share_are_cleaned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[str] = []

    def counted(value: Any, *more: Any, **options: Any) -> str:
        cleaned.append(str(value))
        return text(value, *more, **options)

    monkeypatch.setattr(vex, "text", counted)
    words, ratings = "Bad\n" * 10, [Counted(severity="high")] * 20
    affects = [{"ref": f"p{number}"} for number in range(20)]
    one = {"id": "CVE-2026-1", "description": words, "affects": affects, "ratings": ratings}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [one]}
    Counted.looks = 0
    assert [found.severity for found in vex.read(document)] == ["high"] * 20
    assert (cleaned.count(words), Counted.looks < 200) == (1, True)


def test_a_long_description_that_many_components_share_is_cleaned_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def plain(character: str) -> bool:
        looked.append(character)
        return True

    monkeypatch.setattr(found_module, "_is_plain", plain)
    affects = [{"ref": f"p{number}"} for number in range(50)]
    read = vex.read(bom(vulnerability(description="ab\n" * 1000, affects=affects)))
    assert (len(read), len(read[0].description)) == (50, 2999)
    assert len(looked) < 10_000


def advisory(name: str = "PYSEC-1", **more: Any) -> dict[str, Any]:
    events = [
        {"introduced": "0"},
        {"fixed": "1.5"},
        {"introduced": "2.0"},
        {"last_affected": "2.2"},
    ]
    affected = {
        "package": {"ecosystem": "PyPI", "name": "Some_Package"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": name, "summary": "Hole", "affected": [affected], "details": "x"} | more


@pytest.mark.parametrize(
    ("version", "affected"),
    [("1.4", True), ("1.5", False), ("2.0", True), ("2.2", True), ("2.3", False), ("1.5rc1", True)],
)
def test_osv_knows_which_versions_are_affected(version: str, affected: bool) -> None:
    found = osv.read(json.dumps(advisory()).encode(), {"some-package": [Version(version)]})
    assert bool(found) == affected


def test_osv_is_read_from_an_archive_and_without_what_was_withdrawn() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.json", json.dumps(advisory()))
        archive.writestr(
            "2.json", json.dumps(advisory("PYSEC-2", withdrawn="2026-01-01T00:00:00Z"))
        )
        archive.writestr("broken.json", "{")
        archive.writestr("readme.txt", "x")
    (found,) = osv.read(packed.getvalue(), {"some-package": [Version("1")]})
    assert (found.rule, found.component) == ("PYSEC-1", "some-package 1")


def test_a_lock_is_read_with_extras_markers_and_hashes() -> None:
    lock = """
    celery[redis] == 5.3 ; python_version > "3"
    psycopg[binary,pool]===3.1 \\
        --hash=sha256:00
    tzdata==1.0 ; sys_platform == "win32"
    tzdata==2.0 ; sys_platform != "win32"
    # flask==1
    -e ./x
    some>=1
    """
    assert osv.pinned(lock) == {
        "celery": [Version("5.3")],
        "psycopg": [Version("3.1")],
        "tzdata": [Version("1.0"), Version("2.0")],
    }
    one = advisory()
    one["affected"][0]["package"]["name"] = "tzdata"
    (found,) = osv.read(json.dumps(one).encode(), osv.pinned(lock))
    assert found.component == "tzdata 1.0"


def test_what_was_introduced_from_the_first_on_affects_what_came_before_0() -> None:
    one = advisory()
    one["affected"][0]["ranges"][0]["events"] = [{"introduced": "0"}]
    assert osv.read(json.dumps(one).encode(), {"some-package": [Version("0.0a1")]})


def test_records_that_are_aliases_are_one_ticket(programme: Any, alice: Any) -> None:
    rated = {"severity": [{"type": "CVSS_V4", "score": CRITICAL}], "aliases": ["CVE-1"]}
    pysec, ghsa = advisory("PYSEC-1", aliases=["CVE-1"]), advisory("GHSA-1", **rated)

    def outcomes(*records: Any) -> list[str]:
        found = osv.read(json.dumps(records).encode(), {"some-package": [Version("1")]})
        rows = import_findings(programme=programme, found=found, actor=alice, dry_run=False)
        return [row.outcome for row in rows]

    assert outcomes(pysec, ghsa, advisory("PYSEC-2")) == [Outcome.NEW, Outcome.NEW]
    first = Ticket.objects.of(programme).get(number=1)
    assert (first.title, first.vector) == ("GHSA-1 Hole", CRITICAL)
    assert "Aliases: CVE-1, PYSEC-1" in first.description
    # By whatever of its names it comes.
    assert outcomes(ghsa) == outcomes(ghsa, pysec) == [Outcome.KNOWN]
    assert outcomes(advisory("PYSEC-1", aliases=["GHSA-1"])) == [Outcome.KNOWN]


@pytest.mark.parametrize(
    "odd",
    [
        {"aliases": 5},
        {"aliases": [5, None, "\x00"]},
        {"affected": [{"package": {"ecosystem": "PyPI", "name": "some-package"}, "versions": ["9" * 5000]}]},
        {"severity": [{"type": "CVSS_V4", "score": "x"}], "database_specific": 5},
    ],
)  # fmt: skip
def test_odd_records_are_read(odd: dict[str, Any]) -> None:
    osv.read(json.dumps(advisory() | odd).encode(), {"some-package": [Version("1")]})


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_broken_archive_is_refused_and_nothing_worse(packing: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        archive.writestr("1.json", json.dumps(advisory()))
    whole = packed.getvalue()
    for place in range(4, len(whole)):
        for other in (0, 255, whole[place] ^ 64):
            broken = whole[:place] + bytes([other]) + whole[place + 1 :]
            with contextlib.suppress(Unreadable):
                osv.read(broken, {"some-package": [Version("1")]})


def test_a_record_that_names_a_package_often_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(osv, "_found", lambda *given: made.append(1))
    one = advisory()
    one["affected"] *= 1000
    osv.read(json.dumps(one).encode(), {"some-package": [Version("1")]})
    assert made == [1]


def test_an_archive_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.json", json.dumps(advisory()) + " " * 1000)
    assert not osv.read(packed.getvalue(), {})
    for limit in ("LARGEST_UNFOLDED", "LARGEST_RECORD"):
        with monkeypatch.context() as small:
            small.setattr(osv, limit, 100)
            with pytest.raises(Unreadable):
                osv.read(packed.getvalue(), {})
    for data in (b"PK\x03\x04 broken", b"\xff", b"[]", b"{}", b'"x"'):
        with pytest.raises(Unreadable):
            osv.read(data, {})


@given(JSON)
def test_whatever_json_comes_is_read_or_refused(content: Any) -> None:
    heads: list[tuple[Any, dict[str, Any]]] = [
        (sarif, {"version": "2.1.0"}),
        (vex, {"bomFormat": "CycloneDX", "specVersion": "1.6"}),
    ]
    for reader, head in heads:
        document = (content if isinstance(content, dict) else {"runs": content}) | head
        with contextlib.suppress(Unreadable):
            assert all(len(found.fingerprint) == 64 for found in reader.read(document))
    with contextlib.suppress(Unreadable):
        osv.read(json.dumps([{"id": "x", "affected": content}]).encode(), {"a": [Version("1")]})


def test_the_same_file_makes_no_ticket_twice(programme: Any, alice: Any, events: Any) -> None:
    def outcomes(*results: dict[str, Any], dry_run: bool = False) -> list[str]:
        found = sarif.read(scan(*results))
        rows = import_findings(programme=programme, found=found, actor=alice, dry_run=dry_run)
        return [row.outcome for row in rows]

    assert outcomes(result(), result("b.py"), dry_run=True) == [Outcome.NEW] * 2
    assert not Ticket.objects.of(programme).exists()
    assert outcomes(result(), result("b.py"), result()) == [Outcome.NEW, Outcome.NEW, Outcome.KNOWN]
    assert outcomes(result(), result("c.py")) == [Outcome.KNOWN, Outcome.NEW]
    assert Ticket.objects.of(programme).count() == Finding.objects.of(programme).count() == 3
    # What was closed and is found again is work again.
    closed = Ticket.objects.of(programme).order_by("number")
    long_ago = timezone.now() - timedelta(days=300)
    closed.filter(number=1).update(
        state=State.CLOSED, evidence="x", created_at=long_ago, due_on=long_ago.date()
    )
    assert outcomes(result()) == [Outcome.BACK]
    back = closed.first()
    assert (back.state, back.due_on) == (State.TRIAGED, today() + timedelta(days=30))
    assert events("security:findings:imported")[-1].detail["back"] == 1


def test_what_is_found_again_as_a_duplicate_brings_its_original_back(
    programme: Any, alice: Any
) -> None:
    def outcomes() -> list[str]:
        found = sarif.read(scan(result(), result("b.py")))
        rows = import_findings(programme=programme, found=found, actor=alice, dry_run=False)
        return [row.outcome for row in rows]

    outcomes()
    first, second = Ticket.objects.of(programme).order_by("number")
    move_ticket(ticket=second, move=Move.REJECT, duplicate_of=first, actor=alice)
    assert outcomes() == [Outcome.KNOWN, Outcome.KNOWN]
    Finding.objects.of(programme).filter(ticket=first).delete()
    Ticket.objects.of(programme).filter(pk=first.pk).update(state=State.CLOSED, evidence="x")
    assert outcomes() == [Outcome.NEW, Outcome.BACK]
    first.refresh_from_db()
    assert first.state == State.TRIAGED
    # Whatever names it has in the file, it comes back once.
    Finding.objects.of(programme).update(ticket=second)
    Ticket.objects.of(programme).filter(pk=first.pk).update(state=State.CLOSED, evidence="x")
    assert outcomes() == [Outcome.BACK, Outcome.KNOWN]


def test_a_large_file_is_imported_in_goes(
    programme: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_AT_ONCE", 1)
    found = sarif.read(scan(result(), result("b.py"), result("c.py")))
    outcomes = [
        [
            row.outcome
            for row in import_findings(programme=programme, found=found, actor=alice, dry_run=False)
        ]
        for _ in range(3)
    ]
    assert outcomes == [
        [Outcome.NEW, Outcome.LEFT, Outcome.LEFT],
        [Outcome.KNOWN, Outcome.NEW, Outcome.LEFT],
        [Outcome.KNOWN, Outcome.KNOWN, Outcome.NEW],
    ]
    assert Finding.objects.of(programme).count() == 3


def test_another_programme_has_findings_of_its_own(
    programme: Any, platform: Any, alice: Any, dora: Any
) -> None:
    for whose, actor in ((programme, alice), (platform, dora)):
        rows = import_findings(
            programme=whose, found=sarif.read(scan(result())), actor=actor, dry_run=False
        )
        assert [row.outcome for row in rows] == [Outcome.NEW]


def test_an_import_by_its_page_is_looked_at_first(
    owner: Browser, programme: Any, rita: Any
) -> None:
    def send(data: bytes, **words: str) -> Any:
        file = SimpleUploadedFile("scan.sarif", data)
        asked = {"format": "sarif", "source": "scanner", "file": file} | words
        return owner.post(f"{AT}tickets/import/", asked)

    data = json.dumps(scan(result())).encode()
    looked = send(data)
    assert (looked.status_code, "SQL made of text" in looked.text) == (200, True)
    assert not Ticket.objects.of(programme).exists()
    assert "High" in looked.text
    # Whoever has looked at a file need not choose it again.
    kept = looked.context["form"].initial["kept"]
    again = {"format": "sarif", "source": "scanner", "kept": kept, "confirm": "1"}
    for useless in ("", "x", kept[:9], "AAAA"):
        assert owner.post(f"{AT}tickets/import/", again | {"kept": useless}).status_code == 400
    assert owner.post(f"{AT}tickets/import/", again).status_code == 302
    assert Ticket.objects.of(programme).get().source == "scanner"
    for wrong in (b"{}", b"\xff", b"[1]", json.dumps(scan()).encode()):
        assert send(wrong).status_code == 400
    assert send(b"title,severity\nOpen port,high\n", format="csv", confirm="1").status_code == 302
    # Our own packages are the platform's business.
    assert send(data, format="osv").status_code == 400
    assert Browser().as_person(rita).get(f"{AT}tickets/import/").status_code == 403


def test_tickets_go_out_as_csv_and_sarif_with_the_lists_filters(
    owner: Browser, ticket: Any, programme: Any, alice: Any
) -> None:
    ticket("=HYPERLINK(1)", component="@x")
    ticket("Other", vector="")
    answer = owner.post(f"{AT}tickets/export/download/?severity=critical", {"format": "csv"})
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [(line["key"], line["title"], line["component"]) for line in lines] == [
        ("SEC-1", "'=HYPERLINK(1)", "'@x")
    ]
    # As much as the export in the background tells, under names of its own.
    assert set(exports.Tickets.columns) - set(lines[0]) == {
        "created_at", "due_on", "fixed_at", "verified_at", "closed_at"
    }  # fmt: skip
    assert {"reported", "due", "fixed", "verified", "closed"} < set(lines[0])
    document = json.loads(owner.post(f"{AT}tickets/export/download/", {"format": "sarif"}).content)
    # Of a run all results have it or none (SARIF 3.27.23).
    assert [one["suppressions"] for one in document["runs"][0]["results"]] == [[], []]
    # What we write we can read.
    assert [(found.rule, found.severity) for found in sarif.read(document)] == [
        ("SEC-2", "medium"),
        ("SEC-1", "critical"),
    ]
    assert owner.post(f"{AT}tickets/export/download/?state=x").status_code == 400


def test_a_csv_says_what_is_wrong_line_by_line() -> None:
    first, second, third = table.read(b"title,vector\nGood,\n,\nBad,CVSS:4.0/x\n")
    assert (first.errors, len(second.errors), len(third.errors)) == ([], 1, 1)
    unknown, rated = table.read(f"title,severity,vector\nA,alta,\nB,alta,{CRITICAL}\n".encode())
    assert (len(unknown.errors), rated.errors) == (1, [])
    for wrong in (b"name\nx\n", b"\xff", b'title\n"x'):
        with pytest.raises(Unreadable):
            table.read(wrong)


def test_a_csv_may_have_semicolons() -> None:
    (found,) = table.read(
        "title;component;severity\r\nPorta, aperta;hub;high\r\n".encode("utf-8-sig")
    )
    assert (found.title, found.component, found.severity) == ("Porta, aperta", "hub", "high")


def test_the_command_reads_advisories_against_our_lock(
    platform: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock, file = tmp_path / "requirements.txt", tmp_path / "osv.json"
    lock.write_text("some-package==1.0 \\\n    --hash=sha256:00\nother==2\n")
    file.write_text(json.dumps([advisory()]))
    ask = ("import_osv", str(file), "--requirements", str(lock))
    call_command(*ask, "--dry-run")
    assert json.loads(capsys.readouterr().out)["findings"][0]["ticket"] is None
    call_command(*ask)
    told = json.loads(capsys.readouterr().out)
    assert (told["packages"], told["findings"][0]["ticket"]) == (2, "SEC-1")
    assert Ticket.objects.of(platform).get().source == "advisory"
    call_command(*ask)
    assert json.loads(capsys.readouterr().out)["findings"][0]["outcome"] == "known"
    file.write_text("{")
    with pytest.raises(CommandError):
        call_command(*ask)
