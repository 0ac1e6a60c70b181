"""Two questions of the sign-in pipeline: whether somebody may come otherwise than by their organization's provider."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.access.selectors.in_charge import is_staff
from accounts.models import User
from accounts.sessions.pipeline import Stage
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Forbidden

from .linking import is_linking
from .models import DomainRoute, Enforcement, EnterpriseIdentity
from .selectors import break_glass_of, route_of
from .services.routing import note_other_way, tell_of_break_glass


class _RouteStage(Stage):
    @property
    def other_way(self) -> DomainRoute | None:
        """The route that this sign-in has not taken; None where there is none, or it was taken."""
        if not hasattr(self.controller, "other_way"):
            self.controller.other_way = self._find()
        found: DomainRoute | None = self.controller.other_way
        return found

    def _find(self) -> DomainRoute | None:
        user, vouched = self.login.user, self.sign_in.vouched
        route = route_of(user.email)
        if route is None or not vouched:
            return route
        mine = EnterpriseIdentity.objects.filter(
            pk=vouched["identity"], provider__organization=route.provider.organization_id
        )
        return None if mine.exists() else route


class ProviderStage(_RouteStage):
    """Nobody whose organization enforces its provider gets in otherwise, but for those whom it has named."""

    key = "mago_provider"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        route = self.other_way
        if route is not None and route.enforcement == Enforcement.ENFORCED:
            self._demand_exception(route)
        return None, True

    def _demand_exception(self, route: DomainRoute) -> None:
        user = self.login.user
        # Whoever has just come by the provider, and is proving that an account is theirs, has done both.
        if may_pass_by(route, user) or is_linking(self.request, route.provider, user):
            return
        told = {"reason": "provider_required", "provider": route.provider.name}
        record(
            Tag.SIGN_IN_REFUSED,
            actor=user,
            target=user,
            outcome=Outcome.REFUSED,
            organization_id=route.provider.organization_id,
            **told,
        )
        words = _(
            "Your organization asks you to sign in with %(provider)s. Start with your address."
        )
        raise Forbidden(words % {"provider": route.provider.name}, code="provider_required")


class BreakGlassStage(_RouteStage):
    """When nothing is left to ask: whoever came past the provider is noted, and heard of where it is enforced."""

    key = "mago_break_glass"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        route, user, method = self.other_way, self.login.user, self.sign_in.method
        if route is None:
            return None, True
        if route.enforcement == Enforcement.TRIAL:
            note_other_way(route, user, method)
        elif route.enforcement == Enforcement.ENFORCED:
            tell_of_break_glass(route=route, user=user, method=method)
        return None, True


def may_pass_by(route: DomainRoute, user: User) -> bool:
    """Whether an enforced provider may be passed by: by the owners who were named for emergencies, and by who
    holds a role on the platform, as no organization may lock them out."""
    if break_glass_of(route.provider.organization_id).filter(pk=user.pk).exists():
        return True
    return is_staff(user)
