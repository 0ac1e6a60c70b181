"""Signing in by a provider, in a real browser: another installation of Mago plays the provider."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.running import Site, free_port, manage, running

from .conftest import PASSWORD
from .test_first_journey import sign_up

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


class Both(NamedTuple):
    site: Site
    provider: Site


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Two installations; the second lets people in who have an account at the first."""
    port = free_port()
    # By another name, as a browser has one jar of cookies for all ports of a host.
    base = f"http://localhost:{port}"
    back = f"{base}/accounts/identities/oidc/callback/"
    with running(Path(tmp_path_factory.mktemp("provider"))) as provider:
        registered = json.loads(
            manage(
                provider, "create_application", "--name", "The other house",
                "--type", "confidential", "--redirect-uri", back,
            )
        )  # fmt: skip
        known = {
            "OIDC_NAME": "First house",
            "OIDC_ISSUER": registered["issuer"],
            "OIDC_CLIENT_ID": registered["client_id"],
            "OIDC_CLIENT_SECRET": registered["client_secret"],
        }
        folder = Path(tmp_path_factory.mktemp("site"))
        with running(folder, port=port, MAGO_BASE_URL=base, **known) as site:
            yield Both(replace(site, base=base), provider)


def test_somebody_comes_by_their_account_elsewhere_and_stays_in_control(
    both: Both, window: Any
) -> None:
    sign_up(window, both.provider, "zoe@example.com", PASSWORD)
    window.goto(both.provider.link_to("zoe@example.com", "confirm-email"))
    window.get_by_role("button", name="Confirm").click()
    window.wait_for_url("**/accounts/")
    window.goto(f"{both.site.base}/accounts/login/")
    window.get_by_role("button", name=re.compile("First house")).click()
    window.get_by_role("button", name="Allow", exact=True).click()
    window.wait_for_url(f"{both.site.base}/accounts/")
    assert "zoe@example.com" in window.get_by_role("main").inner_text()
    # The only way in stays.
    window.goto(f"{both.site.base}/accounts/identities/")
    assert "First house" in window.get_by_role("main").inner_text()
