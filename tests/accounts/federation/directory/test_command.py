"""A directory is set up on the command line, as docs/ldap.md says."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.federation.directory.models import Directory
from tests.peers.certificates import certificate_authority, pem

pytestmark = pytest.mark.django_db


def create(*more: str, secret: Path, servers: str = "ldap1.example.com:636") -> dict[str, Any]:
    out = io.StringIO()
    command = ["create_identity_provider", "--organization", "acme", "--kind", "ldap"]
    values = ["bind_name=cn=mago,dc=example", "base=dc=example", "group_base=ou=groups,dc=example"]
    fields = [f"--set={value}" for value in (*values, f"servers={servers}")]
    call_command(*command, *fields, f"--file=bind_password={secret}", *more, stdout=out)
    made: dict[str, Any] = json.loads(out.getvalue())
    return made


def test_a_directory_is_set_up_with_what_is_usual_and_its_own_ca(acme: Any, tmp_path: Path) -> None:
    secret, ca = tmp_path / "secret", tmp_path / "ca.pem"
    secret.write_text("a secret")
    ca.write_text(pem(certificate_authority("Corp")[0]))
    made = create(f"--file=ca={ca}", "--set=product=active_directory", secret=secret)
    assert (made["kind"], made["state"]) == ("ldap", "draft")
    row = Directory.objects.get()
    assert (row.ca, row.bind_password) == (ca.read_text(), "a secret")
    assert (row.subject_attribute, row.nesting, row.brake) == ("objectGUID", "chain", 10)
    assert "a secret" not in json.dumps(made)


def test_what_is_wrong_makes_nothing(acme: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    for wrong in ("http://x", ""):
        with pytest.raises(CommandError, match="servers"):
            create(secret=secret, servers=wrong)
    with pytest.raises(CommandError, match="login_filter"):
        create("--set=login_filter=(uid=x)", secret=secret)
    assert not Directory.objects.exists()
