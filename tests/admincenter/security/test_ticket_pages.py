"""The pages of tickets: what is found, shown, sent and refused."""

import re
from datetime import timedelta
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from admincenter.security import cvss, files
from admincenter.security.models import Attachment, EntryKind, Ticket
from admincenter.security.models.tickets import today
from admincenter.security.services.attachments import attach, delete_strays
from admincenter.security.services.moves import move_ticket
from admincenter.security.services.tickets import (
    assign_ticket,
    edit_ticket,
    rate_ticket,
    set_due,
)
from admincenter.security.workflow import Move
from mago.core import keyset
from mago.core.errors import Refused
from tests.conftest import Browser

from .conftest import AT, CRITICAL

LIST = f"{AT}tickets/"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def keys(response: Any) -> list[str]:
    return [str(one) for one in response.context["rows"].rows]


def test_a_ticket_is_made_by_its_form(owner: Browser) -> None:
    words = {"title": "Open port", "source": "scanner", "vector": CRITICAL, "severity": "unrated"}
    wrong = owner.post(f"{LIST}create/", words | {"vector": "CVSS:4.0/x"})
    assert (wrong.status_code, "no vector of CVSS" in wrong.text) == (400, True)
    made = owner.post(f"{LIST}create/", words)
    assert made["Location"] == f"{LIST}1/"
    page = owner.get(f"{LIST}1/").text
    assert "Open port" in page
    assert "Critical 9.3" in page


def test_tickets_are_found_by_what_they_are(
    owner: Browser, ticket: Any, officer: Any, fixed: Any, alice: Any
) -> None:
    _second, third = ticket("Weak cipher", vector="", component="tls"), ticket("Old library")
    assign_ticket(ticket=third, assignee=officer, actor=alice)
    Ticket.objects.of(fixed.programme).filter(pk=third.pk).update(
        due_on=today() - timedelta(days=1)
    )
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["SEC-3", "SEC-2", "SEC-1"]),
        ({"q": "sec-2"}, ["SEC-2"]),
        ({"q": "TLS"}, ["SEC-2"]),
        ({"state": "fixed"}, ["SEC-1"]),
        ({"state": "ended"}, []),
        ({"severity": "unrated"}, ["SEC-2"]),
        ({"due": "overdue"}, ["SEC-3"]),
        ({"due": "soon"}, ["SEC-1"]),
        ({"due": "undated"}, ["SEC-2"]),
        ({"assignee": str(officer.pk)}, ["SEC-3"]),
        ({"assignee": "nobody", "state": "pending"}, ["SEC-2", "SEC-1"]),
        ({"release": str(fixed.release_id)}, ["SEC-1"]),
        ({"order": "due"}, ["SEC-3", "SEC-1"]),
    ]
    assert [keys(owner.get(LIST, query)) for query, _found in asked] == [f for _q, f in asked]
    assert owner.get(LIST, {"state": "x"}).status_code == 400
    assert "Overdue" in owner.get(LIST, {"due": "overdue"}).text


def test_each_figure_of_findings_leads_to_the_tickets_that_it_counts(
    owner: Browser, programme: Any, ticket: Any
) -> None:
    for days in (-1, 0, 7, 8, 30, 31, None):
        due = None if days is None else today() + timedelta(days=days)
        Ticket.objects.of(programme).filter(pk=ticket().pk).update(due_on=due)
    shown = owner.get("/admincenter/organizations/acme/").context
    counted = [one for one in shown["tiles"] if one.label == "Open findings"] + shown["findings"]
    assert [one.value for one in counted] == ["7", "1", "2", "2", "1", "1"]
    assert [str(len(keys(owner.get(one.href)))) for one in counted] == [
        one.value for one in counted
    ]
    owed = re.search(r'href="([^"]+)"[^>]*>\s*Owed', owner.get(LIST.removesuffix("tickets/")).text)
    assert owed
    assert len(keys(owner.get(unescape(owed[1])))) == 7


def test_by_severity_every_ticket_has_its_place_and_by_due_date_whose_is_owed(
    owner: Browser, alice: Any, ticket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset.KeysetPage.__init__, "__defaults__", ("", 2))
    unrated, scored = ticket(vector=""), ticket()  # 9.3
    ticket(vector="", severity="critical")
    ticket(vector="", severity="none")
    high = ticket(vector="", severity="high")

    def sorted_by(order: str) -> list[str]:
        found, link = [], f"?order={order}"
        while link:
            page = owner.get(LIST + link)
            found += keys(page)
            link = page.context["next_url"]
        return found

    by_severity = ["SEC-2", "SEC-3", "SEC-5", "SEC-4", "SEC-1"]
    assert sorted_by("-score") == by_severity
    assert sorted_by("score") == by_severity[::-1]
    # Rated anew, it stands elsewhere at once.
    rate_ticket(ticket=unrated, actor=alice, severity="medium")
    rate_ticket(ticket=scored, actor=alice, severity="unrated")
    assert sorted_by("-score") == ["SEC-3", "SEC-5", "SEC-1", "SEC-4", "SEC-2"]
    set_due(ticket=high, due_on=today(), actor=alice, reason="soon")
    assert sorted_by("due") == ["SEC-5", "SEC-3", "SEC-1"]
    left_out = "What has nothing to sort by is left out."
    assert left_out in owner.get(LIST, {"order": "due"}).text
    assert left_out not in owner.get(LIST, {"order": "-score"}).text


def test_tickets_of_before_get_their_places(
    owner: Browser, ticket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for severity in ("low", "critical", "unrated"):
        ticket(vector="", severity=severity)
    ticket()
    rows = Ticket._base_manager.all()
    places = dict(rows.values_list("pk", "rank"))
    rows.update(rank=0)
    migration = import_module("admincenter.security.migrations.0007_tickets_are_ranked")
    monkeypatch.setattr(migration, "STEP", 2)
    migration.rank(apps, None)
    assert dict(rows.values_list("pk", "rank")) == places
    assert sorted(places.values()) == [0, 2, 91, 94]


def test_more_tickets_take_no_more_queries(owner: Browser, ticket: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            owner.get(LIST)
        return len(queries)

    ticket()
    cost()
    few = cost()
    for _number in range(3):
        ticket()
    assert cost() == few
    assert few < 20


def test_another_programmes_ticket_is_not_there(
    ticket: Any, other: Any, charlie: Any, rita: Any
) -> None:
    ticket()
    stranger, reader = Browser().as_person(charlie), Browser().as_person(rita)
    assert stranger.get(f"{LIST}1/").status_code == 404
    assert stranger.get("/admincenter/security/other/tickets/1/").status_code == 404
    assert reader.get(f"{LIST}1/").status_code == 200
    # The platform's own programme is no organization's to read.
    assert reader.get("/admincenter/security/_platform/tickets/").status_code == 403
    assert reader.post(f"{LIST}1/comment/", {"body": "x"}).status_code == 403


def test_the_administrator_has_the_platforms_programme(dora: Any, platform: Any) -> None:
    browser = Browser().as_person(dora)
    assert "/admincenter/security/_platform/" in browser.get("/admincenter/security/").text
    assert browser.get("/admincenter/security/_platform/tickets/").status_code == 200


def test_who_sees_one_programme_is_led_there(rita: Any) -> None:
    answer = Browser().as_person(rita).get("/admincenter/security/")
    assert answer["Location"] == AT


def test_a_ticket_moves_by_its_pages(
    owner: Browser, ticket: Any, release: Any, officer: Any
) -> None:
    ticket()
    at, bob = f"{LIST}1/", Browser().as_person(officer)
    assert "Triage" in owner.get(at).text
    assert owner.post(f"{at}move/triage/").status_code == 302
    nothing = owner.post(f"{at}move/plan/")
    assert (nothing.status_code, "Choose the release" in nothing.text) == (400, True)
    owner.post(f"{at}move/plan/", {"release": str(release.pk)})
    owner.post(f"{at}move/start/")
    owner.post(f"{at}move/fix/", {"evidence": "commit 4f2a"})
    own = owner.post(f"{at}verify/")
    assert (own.status_code, "Somebody else has to verify" in own.text) == (400, True)
    assert bob.post(f"{at}verify/").status_code == 302
    assert owner.post(f"{at}move/close/").status_code == 302
    assert owner.post(f"{at}move/close/").status_code == 409
    page = owner.get(at).text
    assert "commit 4f2a" in page
    assert "Closed" in page
    for unknown in ("expire", "verify", "x"):
        assert owner.get(f"{at}move/{unknown}/").status_code == 404


def test_the_history_is_in_the_readers_words_and_old_rows_in_their_writers(
    owner: Browser, ticket: Any, alice: Any
) -> None:
    one = ticket()
    with translation.override("it"):
        move_ticket(ticket=one, move=Move.TRIAGE, actor=alice)
    (entry,) = one.entries.filter(kind=EntryKind.CHANGE)
    assert entry.changes == [{"name": "state", "before": "reported", "after": "triaged"}]
    old = [{"name": "state", "before": "Segnalata", "after": "Accettata"}]
    one.entries.create(kind=EntryKind.CHANGE, changes=old)
    page = owner.get(f"{LIST}1/").text
    assert "<del><bdi>Reported</bdi></del> → <ins><bdi>Triaged</bdi></ins>" in page
    assert "<del><bdi>Segnalata</bdi></del> → <ins><bdi>Accettata</bdi></ins>" in page
    alice.language = "it"
    alice.save(update_fields=["language"])
    italian = owner.get(f"{LIST}1/", headers={"Accept-Language": "it"}).text
    assert f"<ins><bdi>{translated('Triaged')}</bdi></ins>" in italian


def translated(word: str) -> str:
    with translation.override("it"):
        return str(translation.gettext(word))


def test_who_worked_on_a_fix_is_not_offered_to_verify_it(
    owner: Browser, fixed: Any, officer: Any
) -> None:
    mine = owner.get(f"{LIST}{fixed.number}/").text
    assert "Somebody else has to verify this" in mine
    assert "/verify/" not in mine
    theirs = Browser().as_person(officer).get(f"{LIST}{fixed.number}/").text
    assert "/verify/" in theirs
    assert "Somebody else has to verify this" not in theirs


def test_who_rates_or_moves_a_ticket_sees_the_way_to_the_calculator_and_which_ticket_it_is(
    owner: Browser, ticket: Any
) -> None:
    ticket("Open port")
    assert f'href="{LIST}1/calculate/"' in owner.get(f"{LIST}1/rate/").text
    assert "Open port" in owner.get(f"{LIST}1/move/triage/").text


def test_the_calculator_works_with_and_without_a_script(owner: Browser, ticket: Any) -> None:
    ticket(vector="")
    chosen = dict(part.split(":") for part in CRITICAL.split("/")[1:])
    plain = owner.get(f"{LIST}calculator/", chosen | {"version": "4.0"})
    assert "<html" in plain.text
    assert CRITICAL in plain.text
    part = owner.get(
        f"{LIST}calculator/",
        chosen | {"version": "4.0", "part": "score"},
        headers={"HX-Request": "true"},
    ).text
    assert ("9.3" in part, "<html" in part, "<form" in part) == (True, False, False)
    assert owner.get(f"{LIST}calculator/?version=9&AV=x").status_code == 200
    assert owner.post(f"{LIST}1/calculate/?version=4.0", {"AV": "N"}).status_code == 400
    owner.post(f"{LIST}1/calculate/?version=4.0", chosen)
    assert Ticket.objects.everywhere(reason="a test looks").get().vector == CRITICAL


def test_the_calculator_keeps_what_it_does_not_offer(
    owner: Browser, ticket: Any, programme: Any
) -> None:
    full = f"{CRITICAL}/E:P/CR:L/MAV:L/MSI:S/AU:Y"
    ticket(vector=full)
    form = owner.get(f"{LIST}1/calculate/").context["form"]
    shown = {field.name: field.value() for field in form}
    assert cvss.compose("4.0", shown) == full
    owner.post(f"{LIST}1/calculate/", shown | {"E": "U"})
    assert Ticket.objects.of(programme).get().vector == full.replace("E:P", "E:U")
    assert owner.post(f"{LIST}1/calculate/", shown | {"MAV": "Z"}).status_code == 400


def test_a_file_is_given_back_as_a_download_and_nothing_else(
    owner: Browser, ticket: Any, settings: Any, events: Any
) -> None:
    ticket()
    at = f"{LIST}1/"
    sent = SimpleUploadedFile("../../evil\u202egnp.html", b"<script>alert(1)</script>", "text/html")
    assert owner.post(f"{at}attach/", {"file": sent}).status_code == 302
    row = Attachment.objects.everywhere(reason="test").get()
    assert row.content_type == files.TEXT
    assert "/" not in row.name
    (path,) = settings.SECURITY_FILES_DIR.iterdir()
    assert (path.name, path.stat().st_mode & 0o777) == (row.stored_as, 0o600)
    answer = owner.post(f"{at}files/{row.pk}/download/")
    assert answer.getvalue() == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert [event.detail["file"] for event in events("security:attachment:taken")] == [row.name]


def test_what_cannot_be_kept_leaves_nothing_behind(
    ticket: Any, alice: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = ticket()
    monkeypatch.setattr(files, "LARGEST", 1000)
    for name, body in (
        ("run.exe", b"MZ\x00\x01"),
        ("broken.txt", b"\xff\xfe\x00"),
        ("empty.txt", b""),
        ("large.txt", b"a" * 1001),
    ):
        with pytest.raises(Refused):
            attach(ticket=one, upload=SimpleUploadedFile(name, body), actor=alice)
    monkeypatch.setattr("admincenter.security.services.attachments.MOST", 0)
    with pytest.raises(Refused):
        attach(ticket=one, upload=SimpleUploadedFile("a.png", PNG), actor=alice)
    folder = settings.SECURITY_FILES_DIR
    assert not folder.exists() or not list(folder.iterdir())


def test_a_removed_file_is_gone_from_the_disk_and_strays_too(
    owner: Browser, ticket: Any, alice: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row = attach(ticket=ticket(), upload=SimpleUploadedFile("a.png", PNG), actor=alice)
    (settings.SECURITY_FILES_DIR / "stray").write_bytes(b"x")
    delete_strays(hours=-1)
    assert [path.name for path in settings.SECURITY_FILES_DIR.iterdir()] == [row.stored_as]
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(f"{LIST}1/files/{row.pk}/remove/")
    assert not list(settings.SECURITY_FILES_DIR.iterdir())
    assert owner.post(f"{LIST}1/files/{row.pk}/download/").status_code == 404


def test_what_people_write_is_shown_as_text(owner: Browser, ticket: Any) -> None:
    ticket("<b>x</b>", description="<img src=x>")
    owner.post(f"{LIST}1/comment/", {"body": "<script>1</script>"})
    page = owner.get(f"{LIST}1/").text
    assert "&lt;b&gt;x" in page
    assert "&lt;script&gt;1" in page
    assert "<img src=x>" not in page
    assert owner.post(f"{LIST}1/comment/", {"body": ""}).status_code == 400
    assert owner.post(f"{LIST}1/relate/", {"other": "SEC-99"}).status_code == 400
    assert owner.post(f"{LIST}1/assign/", {"assignee": "x"}).status_code == 400


def test_two_who_edit_a_ticket_at_once_do_not_overwrite_each_other_unseen(
    owner: Browser, ticket: Any, officer: Any
) -> None:
    one = ticket("Old title", component="old")
    path = f"{AT}tickets/{one.number}/edit/"
    opened = re.search(r'name="opened" value="([^"]+)"', owner.get(path).text)
    assert opened is not None
    words = {"title": "Old title", "description": "", "component": "old", "source": "scanner"}
    edit_ticket(ticket=one, actor=officer, **words | {"title": "Theirs", "component": "theirs"})
    mine = words | {"title": "Mine", "opened": opened[1]}
    refused = owner.post(path, mine)
    assert refused.status_code == 400
    assert "changed this to “Theirs”" in refused.text
    one.refresh_from_db()
    assert (one.title, one.component) == ("Theirs", "theirs")
    again = re.search(r'name="opened" value="([^"]+)"', refused.text)
    assert again is not None
    # The component, which alice never touched, is theirs already.
    assert 'value="theirs"' in refused.text
    owner.post(path, mine | {"component": "theirs", "opened": again[1]})
    one.refresh_from_db()
    assert (one.title, one.component) == ("Mine", "theirs")
