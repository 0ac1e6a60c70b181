"""To an OpenID provider that others wrote and back, in a browser that holds to our content security policy."""

from pathlib import Path
from typing import Any

import pytest

from tests.peers import folder_of, openid_provider
from tests.running import free_port, running

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_a_person_signs_in_there_and_comes_back(
    chrome: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder_of("oidc-provider")
    port = free_port()
    environment = {
        "OIDC_NAME": "Peer",
        "OIDC_ISSUER": f"http://127.0.0.1:{port}",
        "OIDC_CLIENT_ID": "mago",
        "OIDC_CLIENT_SECRET": "a-secret-of-two-programs-on-one-machine",
    }
    with running(Path(tmp_path_factory.mktemp("mago")), **environment) as site:
        callback = f"{site.base}/accounts/identities/oidc/callback/"
        with openid_provider(port, callback, tmp_path_factory.mktemp("peer")):
            for javascript in (True, False):
                window = chrome.new_context(java_script_enabled=javascript).new_page()
                window.goto(f"{site.base}/accounts/login/")
                window.get_by_role("button", name="Continue with Peer").click()
                window.get_by_placeholder("Enter any login").fill("ada")
                window.get_by_placeholder("and password").fill("x")
                window.get_by_role("button", name="Sign-in").click()
                window.get_by_role("button", name="Continue").click()
                window.wait_for_url(f"{site.base}/accounts/")
                window.goto(f"{site.base}/accounts/identities/")
                assert "ada@peer.example.com" in window.get_by_role("main").inner_text()
                window.context.close()
