"""`manage.py demo_data`: people and hubs to look at, and an administrator whose password is printed as JSON."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.organizations.models import Organization
from accounts.signin.demo import add_members, add_people
from admincenter.security.demo import add_programme
from hubs.demo import NAME, add_fleet


class Command(BaseCommand):
    help = "Add demonstration data; only on an installation that is being tried out."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_LOCAL:
            raise CommandError(
                "Demonstration data is for trying Mago out: MAGO_BASE_URL is not on this machine."
            )
        told = add_people()
        dora = User.objects.get(email=told["email"])
        add_fleet(dora)
        rooms = Organization.objects.get(name=NAME)
        add_members(rooms, dora)
        add_programme(dora, rooms)
        self.stdout.write(json.dumps(told))
