"""Files by which the owner of an app proves that this site is theirs."""

from typing import Any

import pytest
from django.test import Client

NAMES = {
    "microsoft-identity-association.json": "MICROSOFT_ASSOCIATED_APPS",
    "apple-app-site-association": "APPLE_ASSOCIATED_APPS",
    "assetlinks.json": "ANDROID_ASSOCIATED_APPS",
    "apple-developer-domain-association.txt": "APPLE_DOMAIN_ASSOCIATION",
}


@pytest.mark.parametrize("name", NAMES)
def test_without_a_setting_there_is_no_file(name: str) -> None:
    assert Client().get(f"/.well-known/{name}").status_code == 404


def test_each_says_what_its_setting_says(settings: Any) -> None:
    fingerprint = ":".join(["AB"] * 32)
    settings.MICROSOFT_ASSOCIATED_APPS = ("11111111-2222-3333-4444-555555555555",)
    settings.APPLE_ASSOCIATED_APPS = ("TEAM123456.com.example.mago",)
    settings.ANDROID_ASSOCIATED_APPS = (f"com.example.mago={fingerprint}",)
    settings.APPLE_DOMAIN_ASSOCIATION = "as Apple gave it out"
    found = {name: Client().get(f"/.well-known/{name}") for name in NAMES}
    microsoft, apple, android, domain = found.values()
    assert microsoft.json() == {
        "associatedApplications": [{"applicationId": "11111111-2222-3333-4444-555555555555"}]
    }
    assert apple["Content-Type"] == "application/json"
    assert apple.json()["webcredentials"] == {"apps": ["TEAM123456.com.example.mago"]}
    assert android.json()[0]["target"]["sha256_cert_fingerprints"] == [fingerprint]
    assert domain.content == b"as Apple gave it out"
    assert domain["Content-Type"] == "text/plain"
