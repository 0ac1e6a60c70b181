"""People read their own language: on pages, in mails, and in what the API says."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from accounts.signin.services import request_password_reset
from mago.messaging.render import render
from tests.conftest import PASSWORD, Browser

pytestmark = pytest.mark.one_database

ITALIAN = {"Accept-Language": "it-IT,it;q=0.9,en;q=0.5"}

ENTRANCE = {
    "/": "Un solo accesso per le tue sale riunioni",
    "/accounts/login/": "Password dimenticata?",
    "/accounts/signup/": "Hai già un account?",
    "/accounts/password/reset/": "Ti inviamo un link",
    "/accounts/confirm-email/": "Controlla la posta",
}


@pytest.mark.parametrize("path", ENTRANCE)
def test_a_page_follows_the_browser_and_then_the_cookie(browser: Browser, path: str) -> None:
    page = browser.get(path, headers=ITALIAN)
    assert ENTRANCE[path] in page.text
    assert '<html lang="it"' in page.text
    browser.cookies["language"] = "it"
    assert ENTRANCE[path] in browser.get(path, headers={"Accept-Language": "en"}).text
    browser.cookies["language"] = "en"
    assert ENTRANCE[path] not in browser.get(path, headers=ITALIAN).text


def test_an_error_page_is_translated(browser: Browser) -> None:
    page = browser.get("/no/such/page/", headers=ITALIAN)
    assert (page.status_code, "Pagina non trovata" in page.text) == (404, True)


def test_the_errors_of_a_form_are_translated(browser: Browser) -> None:
    page = browser.post("/accounts/signup/", {"email": "ada"}, headers=ITALIAN).text
    assert "Controlla di nuovo:" in page
    assert "Inserisci un indirizzo email valido." in page
    assert "Campo obbligatorio." in page
    assert "Almeno 15 caratteri" in page


def test_the_refusal_of_a_password_is_translated(browser: Browser) -> None:
    body = {"email": "ada@example.com", "name": "", "password1": "password"}
    page = browser.post("/accounts/signup/", body, headers=ITALIAN).text
    assert "Usa almeno 15 caratteri; questa password ne ha 8." in page
    assert "È tra le prime che gli aggressori provano" in page


def sign_in(client: Browser, **headers: str) -> dict[str, Any]:
    body = json.dumps({"email": "nobody@example.com", "password": PASSWORD})
    answer = client.post("/api/v1/auth/login", body, "application/json", headers=headers)
    problem: dict[str, Any] = answer.json()
    return problem


def test_the_api_explains_in_the_language_asked_for(browser: Browser) -> None:
    problem = sign_in(browser, **ITALIAN)
    assert problem["detail"].startswith("L’indirizzo e-mail e la password non corrispondono.")
    assert (problem["code"], problem["title"]) == ("invalid_credentials", "Unauthorized")
    answer = browser.post("/api/v1/auth/login", "{}", "application/json", headers=ITALIAN)
    assert answer.json()["errors"]["email"] == ["Campo obbligatorio."]


def test_a_page_leaves_its_language_to_no_later_request(browser: Browser) -> None:
    browser.get("/", headers=ITALIAN)
    assert translation.get_language() == "en"
    assert sign_in(browser)["detail"].startswith("That e-mail address and password")


def test_a_mail_is_in_the_language_of_the_page_that_asked_for_it(
    browser: Browser, mails: Callable[..., list[Any]]
) -> None:
    body = {"email": "ada@example.com", "name": "Ada", "password1": PASSWORD}
    browser.post("/accounts/signup/", body, headers=ITALIAN)
    letter = render(mails("confirm_email")[-1])
    assert letter.subject == "Conferma il tuo indirizzo e-mail per Mago"
    assert "Ciao Ada," in letter.text
    assert 'lang="it"' in letter.html


def test_a_mail_to_a_person_is_in_their_language(
    browser: Browser, person: Callable[..., User], mails: Callable[..., list[Any]]
) -> None:
    ada = person("ada", language="it")
    browser.post("/accounts/signup/", {"email": ada.email, "name": "", "password1": PASSWORD})
    assert render(mails("account_exists")[-1]).subject == "Hai già un account su Mago"
    with translation.override("en"):
        request_password_reset(email=ada.email)
        letter = render(mails("reset_password")[-1])
    assert letter.subject == "Scegli una nuova password per Mago"
    assert "Browser: un’applicazione sconosciuta" in letter.text
