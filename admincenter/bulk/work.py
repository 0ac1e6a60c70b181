"""What the kinds share: who asked, and why."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.errors import NotSignedIn
from mago.jobs.kinds import Work


class ActorsWork(Work):
    """Work that is done in the name of whoever asked for it."""

    @cached_property
    def actor(self) -> User:
        """Whoever asked; NotSignedIn once they are disabled."""
        found = User.objects.filter(pk=self.job.actor_id, is_active=True).first()
        if found is None:
            raise NotSignedIn
        return found

    @property
    def reason(self) -> str:
        """Why whoever asked has it done; where it takes back what another job did, that says so."""
        words = str(self.job.options.get("reason", ""))
        return _("Taken back: %(reason)s") % {"reason": words} if self.job.undoes_id else words
