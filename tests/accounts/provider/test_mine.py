"""What a person has allowed, and takes back (ASVS 10.7.3, 10.4.9)."""

from typing import Any

from accounts.provider.models import Consent, TokenFamily
from tests.conftest import App, Browser

from .conftest import Party

PAGE = "/accounts/applications/"


def test_what_is_allowed_is_listed_and_taken_back(
    wiki: Party, her: Browser, bob: Any, events: Any
) -> None:
    his = Browser().as_person(bob)
    pair, other = wiki.sign_in(her), wiki.sign_in(his)
    page = her.get(PAGE).text
    assert "Wiki" in page
    assert "Your e-mail address" in page
    consent = Consent.objects.get(user__email="alice@example.com")
    assert his.post(f"{PAGE}{consent.pk}/withdraw/").status_code == 404
    assert her.post(f"{PAGE}{consent.pk}/withdraw/")["Location"] == PAGE
    assert wiki.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert wiki.refresh(other["refresh_token"]).status_code == 200
    her.get(PAGE)  # Says what was done.
    assert "Wiki" not in her.get(PAGE).text
    assert her.get(wiki.url()).status_code == 200
    assert len(events("provider:consent:withdrawn")) == 1


def test_programs_of_our_own_stand_there_too(app: App, her: Browser, alice: Any, bob: Any) -> None:
    app.sign_in(alice)
    family = TokenFamily.objects.get()
    assert str(family.pk) in her.get(PAGE).text
    assert Browser().as_person(bob).post(f"{PAGE}programs/{family.pk}/end/").status_code == 404
    her.post(f"{PAGE}programs/{family.pk}/end/")
    assert app.get("me").status_code == 401


def test_a_few_questions_whatever_is_allowed(
    wiki: Party, her: Browser, django_assert_max_num_queries: Any
) -> None:
    wiki.sign_in(her)
    with django_assert_max_num_queries(14):
        page = her.get(PAGE).text
    assert wiki.application.name in page
