"""What every resource does alike: shown at the sites of an organization."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.api import cors, quota
from accounts.api.models import KeptAnswer
from accounts.organizations.models import Site
from accounts.organizations.services import create_site
from accounts.provider.models import TokenFamily
from accounts.provider.services import create_application, set_application_active
from admincenter.selectors.system import asking
from tests.conftest import App


@pytest.fixture
def sites(acme: Any) -> str:
    return f"organizations/{acme.pk}/sites"


@pytest.fixture
def hall(acme: Any, alice: Any) -> Site:
    return create_site(organization=acme, name="Hall", actor=alice)


def problem(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


class TestLists:
    def test_are_walked_by_their_links_in_both_directions(
        self, owner: App, acme: Any, sites: str
    ) -> None:
        Site.objects.bulk_create(Site(organization=acme, name=f"Site {n}") for n in range(5))
        seen, path = [], f"{sites}?page_size=2"
        while path:
            page = owner.get(path)
            seen.append([site["name"] for site in page.json()["results"]])
            following = page.json()["next"]
            assert (following is not None) == ('rel="next"' in page.get("Link", ""))
            path = following.split("/api/v1/")[1] if following else ""
        assert seen == [["Site 0", "Site 1"], ["Site 2", "Site 3"], ["Site 4"]]
        back = owner.get(page.json()["previous"].split("/api/v1/")[1]).json()
        assert [site["name"] for site in back["results"]] == seen[1]

    def test_cost_the_same_however_long(
        self, owner: App, acme: Any, sites: str, django_assert_max_num_queries: Any
    ) -> None:
        Site.objects.bulk_create(Site(organization=acme, name=f"Site {n}") for n in range(50))
        with django_assert_max_num_queries(5) as made:
            assert len(owner.get(sites).json()["results"]) == 50
        assert not any("COUNT(" in query["sql"] for query in made.captured_queries)

    @pytest.mark.parametrize(
        ("query", "wrong"),
        [
            ("colour=red", "colour"),
            ("page_size=0", "page_size"),
            ("page_size=201", "page_size"),
            ("page_size=x", "page_size"),
            ("page_size=2&page_size=3", "page_size"),
            ("cursor=x", "cursor"),
            ("cursor=" + "x" * 3000, "cursor"),
            ("cursor=%00", "cursor"),
        ],
    )
    def test_what_makes_no_sense_is_named(
        self, owner: App, sites: str, query: str, wrong: str
    ) -> None:
        response = owner.get(f"{sites}?{query}")
        assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])

    def test_a_cursor_is_good_for_its_own_list_only(
        self, owner: App, acme: Any, sites: str
    ) -> None:
        Site.objects.bulk_create(Site(organization=acme, name=f"Site {n}") for n in range(3))
        cursor = owner.get(f"{sites}?page_size=1").json()["next"].split("cursor=")[1]
        assert owner.get(f"{sites}?cursor={cursor}").status_code == 200
        assert problem(owner.get(f"sites?cursor={cursor}")) == (400, "bad_cursor")
        forged = ("A" if cursor[0] != "A" else "B") + cursor[1:]
        assert problem(owner.get(f"{sites}?cursor={forged}")) == (400, "bad_cursor")


class TestVersions:
    def test_who_has_this_version_is_sent_nothing(self, owner: App, sites: str, hall: Site) -> None:
        first = owner.get(f"{sites}/{hall.pk}")
        again = owner.get(f"{sites}/{hall.pk}", {"If-None-Match": f'"x", W/{first["ETag"]}'})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])

    def test_a_change_names_the_version_that_it_changes(
        self, owner: App, sites: str, hall: Site
    ) -> None:
        path = f"{sites}/{hall.pk}"
        assert problem(owner.patch(path, {"name": "Yard"})) == (428, "if_match_required")
        known = {"If-Match": owner.get(path)["ETag"]}
        changed = owner.patch(path, {"name": "Yard"}, known)
        assert (changed.status_code, changed.json()["name"]) == (200, "Yard")
        assert changed["ETag"] == owner.get(path)["ETag"] != known["If-Match"]
        # Who has not seen that change undoes it neither.
        for stale in (known, {"If-Match": f"W/{changed['ETag']}"}, {"If-Match": '"x"'}):
            assert problem(owner.patch(path, {"name": "Hall"}, stale)) == (412, "if_match_failed")
            assert problem(owner.delete(path, stale)) == (412, "if_match_failed")
        assert Site.objects.of(hall.organization_id).get().name == "Yard"
        assert owner.delete(path, {"If-Match": changed["ETag"]}).status_code == 204
        assert owner.get(path).status_code == 404

    def test_what_was_not_sent_stays(self, owner: App, sites: str, hall: Site) -> None:
        path = f"{sites}/{hall.pk}"
        owner.change(path, {"attributes": {"country": "IT"}})
        changed = owner.change(path, {"time_zone": "Europe/Rome"}).json()
        assert (changed["name"], changed["attributes"]) == ("Hall", {"country": "IT"})

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({"name": ""}, "name"),
            ({"name": 7}, "name"),
            ({"name": "a\nb"}, "name"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"attributes": {"country": 39}}, "attributes"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_changes(
        self, owner: App, sites: str, hall: Site, body: Any, wrong: str
    ) -> None:
        response = owner.change(f"{sites}/{hall.pk}", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])
        assert Site.objects.of(hall.organization_id).get().name == "Hall"


class TestCreatesSentAgain:
    KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}

    def test_create_nothing_more(self, owner: App, sites: str, acme: Any) -> None:
        first, again = (owner.post(sites, {"name": "Hall"}, self.KEY) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201)
        assert (first.json(), first["Location"]) == (again.json(), again["Location"])
        assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
        assert owner.get(first["Location"].removeprefix("/api/v1/")).status_code == 200
        assert Site.objects.of(acme).count() == 1

    def test_with_something_else_are_refused(self, owner: App, sites: str, acme: Any) -> None:
        owner.post(sites, {"name": "Hall"}, self.KEY)
        assert problem(owner.post(sites, {"name": "Yard"}, self.KEY)) == (
            422,
            "idempotency_key_reused",
        )
        assert Site.objects.of(acme).count() == 1

    def test_a_key_is_of_its_sender(
        self, owner: App, sites: str, acme: Any, app_of: Callable[..., App], dora: Any
    ) -> None:
        owner.post(sites, {"name": "Hall"}, self.KEY)
        assert app_of(dora).post(sites, {"name": "Hall"}, self.KEY).status_code == 400

    def test_while_the_first_is_under_way_wait(self, owner: App, sites: str, acme: Any) -> None:
        owner.post(sites, {"name": "Hall"}, self.KEY)
        KeptAnswer.objects.update(status=0, answer="")
        response = owner.post(sites, {"name": "Hall"}, self.KEY)
        assert problem(response) == (409, "in_progress")
        assert response["Retry-After"] == "1"
        # Whoever carried it out has died: it left nothing behind, and somebody may begin anew.
        KeptAnswer.objects.update(expires_at=timezone.now())
        Site.objects.of(acme).delete()
        assert owner.post(sites, {"name": "Hall"}, self.KEY).status_code == 201

    def test_a_refusal_frees_the_key(self, owner: App, sites: str, hall: Site) -> None:
        assert problem(owner.post(sites, {"name": "Hall"}, self.KEY)) == (400, "name_taken")
        assert owner.post(sites, {"name": "Yard"}, self.KEY).status_code == 201

    def test_what_is_no_key_is_refused(self, owner: App, sites: str, acme: Any) -> None:
        for key in ("x" * 256, "schlüssel"):
            response = owner.post(sites, {"name": "Hall"}, {"Idempotency-Key": key})
            assert problem(response) == (400, "bad_idempotency_key")
        assert not Site.objects.of(acme).exists()

    def test_what_is_kept_cannot_be_read_in_the_database(
        self, owner: App, sites: str, acme: Any
    ) -> None:
        from django.db import connection

        owner.post(sites, {"name": "Hall"}, self.KEY)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {KeptAnswer._meta.db_table}")
            (kept,) = cursor.fetchall()
        assert "Hall" not in json.dumps(kept, default=str)


class TestQuotas:
    def test_are_told_and_end(
        self, owner: App, sites: str, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.API_READS = 2
        # No minute ends in between.
        monkeypatch.setattr(quota, "now", lambda: 1_800_000_015)
        first, second, third = (owner.get(sites) for _ in range(3))
        assert first["RateLimit-Policy"] == '"reads";q=2;w=60'
        assert first["RateLimit"].startswith('"reads";r=1;t=')
        assert second.status_code == 200
        assert problem(third) == (429, "rate_limited")
        assert 0 < int(third["Retry-After"]) <= 60
        # Writing has a quota of its own, and so has everybody else.
        assert owner.post(sites, {"name": "Hall"})["RateLimit-Policy"].startswith('"writes"')


class TestOtherOrigins:
    ORIGIN = {"Origin": "https://app.example"}

    @pytest.fixture
    def registered(self, acme: Any, alice: Any) -> Any:
        made = create_application(
            name="App",
            type="public",
            organization=acme,
            actor=alice,
            redirect_uris=["https://app.example/back"],
        )
        cors.forget()
        return made[0]

    def preflight(self, app: App, sites: str, origin: str = "https://app.example") -> Any:
        asked = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
        return app.client.options(f"/api/v1/{sites}", headers=asked)

    def test_are_shut_out_unless_an_application_is_registered_there(
        self, owner: App, sites: str, registered: Any
    ) -> None:
        for origin in ("https://evil.example", "null", "https://app.example.evil.example"):
            assert "Access-Control-Allow-Origin" not in owner.get(sites, {"Origin": origin})
            assert "Access-Control-Allow-Origin" not in self.preflight(owner, sites, origin)
        for response in (owner.get(sites, self.ORIGIN), self.preflight(owner, sites)):
            assert response["Access-Control-Allow-Origin"] == "https://app.example"
            assert "Origin" in response["Vary"]
            assert "Access-Control-Allow-Credentials" not in response
        assert "If-Match" in self.preflight(owner, sites)["Access-Control-Allow-Headers"]

    def test_a_refusal_can_be_read_there_too(self, app: App, sites: str, registered: Any) -> None:
        response = app.get(sites, self.ORIGIN)
        assert problem(response) == (401, "not_authenticated")
        assert response["Access-Control-Allow-Origin"] == "https://app.example"

    def test_pages_are_never_opened(self, app: App, registered: Any) -> None:
        response = app.client.get("/accounts/login/", headers=self.ORIGIN)
        assert response.status_code == 200
        assert "Access-Control-Allow-Origin" not in response

    def test_a_disabled_application_opens_nothing(
        self, owner: App, sites: str, registered: Any, alice: Any
    ) -> None:
        assert "Access-Control-Allow-Origin" in owner.get(sites, self.ORIGIN)
        set_application_active(application=registered, active=False, actor=alice)
        cors.forget()
        assert "Access-Control-Allow-Origin" not in owner.get(sites, self.ORIGIN)


def test_a_method_that_a_resource_has_not_is_told(owner: App, sites: str) -> None:
    response = owner.send("PUT", sites)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_what_is_sensitive_asks_for_a_fresh_proof(
    app_of: Callable[..., App], dora: Any, alice: Any
) -> None:
    app, body = app_of(dora), {"name": "New", "owner": alice.email}
    TokenFamily.objects.update(authenticated_at=timezone.now() - timedelta(minutes=11))
    assert problem(app.post("organizations", body)) == (401, "step_up_required")
    assert app_of(dora).post("organizations", body).status_code == 201


def test_the_system_tells_programs_how_its_parts_do(
    app_of: Callable[..., App], dora: Any, bob: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_STARTED", timezone.now() - timedelta(minutes=3))
    told = app_of(dora).get("system").json()
    assert {part["name"]: part["state"] for part in told["parts"]}["database"] == "well"
    assert (told["state"], "Django" in told["versions"]) == ("down", True)  # No worker runs here.
    assert app_of(bob).get("system").status_code == 403
