"""Nothing is served but what is meant to be (ASVS 13.4)."""

import pytest
from django.test import Client

from tests.routes import routes

pytestmark = pytest.mark.one_database

NOT_THERE = (
    "/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/.venv/pyvenv.cfg", "/manage.py", "/mago/settings/base.py",
    "/requirements.txt", "/var/mago.sqlite3", "/var/secret.key", "/mago.sqlite3", "/backup.sql", "/server-status",
    "/static/", "/static/js/", "/static/../manage.py", "/static/%2e%2e/manage.py", "/docs/images/", "/admin/",
    "/phpinfo.php", "/debug/", "/__debug__/",
)  # fmt: skip


def test_nothing_but_what_is_meant_is_served(client: Client) -> None:
    answers = {path: client.get(path, follow=True).status_code for path in NOT_THERE}
    assert {path: status for path, status in answers.items() if status != 404} == {}


@pytest.mark.django_db
def test_nothing_is_traced(client: Client) -> None:
    """TRACE would send back what a proxy has added, cookies among it."""
    paths = sorted({route.path for route in routes()})[::30]
    answers = {path: client.trace(path, headers={"X-Canary": "heron"}) for path in paths}
    echoes = [path for path, answer in answers.items() if b"heron" in b"".join(answer)]
    assert echoes == []
    assert [path for path, answer in answers.items() if answer.status_code == 200] == []
