"""/api/v1/me/…: one's own account; where one is signed in, who may act for one, where one belongs."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers, status

from accounts.access.models import Membership
from accounts.access.services import leave
from accounts.federation.models import ExternalIdentity
from accounts.federation.selectors import identities_of, identity_for
from accounts.federation.services import unlink
from accounts.organizations.selectors import Place, places_of
from accounts.organizations.services import accept_invitation
from accounts.provider.models import AccessToken, Consent, TokenFamily
from accounts.provider.selectors import consents_of, families_of
from accounts.provider.services import revoke_family, withdraw_consent
from accounts.sessions.models import Session
from accounts.sessions.selectors import session_of, sessions_of
from accounts.sessions.services import end_session
from accounts.signin import services
from mago.core.errors import NotFound
from mago.core.guards import SIGNED_IN
from mago.core.keyset import Listing

from .account_shapes import ProgramSerializer, SessionSerializer
from .bodies import Body
from .resources import Resource, acted, listed, read, removed, told
from .serializers import DetailSerializer, EmailField, PasswordField, SecretField

BY_PERSON = "by the person"


class MyProgramSerializer(ProgramSerializer):
    is_current = serializers.BooleanField(help_text="The one that asks.")


class ConsentSerializer(serializers.Serializer[Any]):
    """What an application may do in one's name, until one takes it back."""

    id = serializers.UUIDField()
    application = serializers.CharField(source="application.name")
    organization = serializers.CharField(
        source="application.organization.name", allow_null=True, default=None
    )
    scopes = serializers.SerializerMethodField()
    resource = serializers.CharField()
    granted_at = serializers.DateTimeField()

    def get_scopes(self, consent: Consent) -> list[str]:
        return consent.scope.split()


class IdentitySerializer(serializers.Serializer[Any]):
    """An account elsewhere that opens this one."""

    changing = ("last_used_at", "email")

    id = serializers.UUIDField()
    kind = serializers.CharField()
    issuer = serializers.CharField()
    email = serializers.CharField(help_text="As the provider said it last.")
    linked_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class MyRoleSerializer(serializers.Serializer[Any]):
    role = serializers.CharField(source="role_key")
    name = serializers.CharField(source="role_name", help_text="In your language.")
    site = serializers.UUIDField(source="site_id", allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class PlaceSerializer(serializers.Serializer[Any]):
    """An organization that one belongs to, and what one holds there."""

    id = serializers.UUIDField(source="membership.organization_id")
    name = serializers.CharField(source="membership.organization.name")
    slug = serializers.CharField(source="membership.organization.slug")
    joined_at = serializers.DateTimeField(source="membership.joined_at")
    roles = MyRoleSerializer(source="bindings", many=True)


class PlacesSerializer(serializers.Serializer[Any]):
    results = PlaceSerializer(many=True)


class KeyBody(Body):
    key = SecretField(help_text="The last part of the link in the mail.")


class PasswordBody(Body):
    current = PasswordField()
    password = PasswordField()


class EmailBody(Body):
    email = EmailField()
    password = PasswordField(required=False, default="", help_text="For who has one.")


class EmailSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()


class MySessions(Resource):
    access = SIGNED_IN

    @listed(SessionSerializer, summary="The browsers in which I am signed in")
    def get(self) -> Listing:
        return Listing((sessions_of(self.actor),), key=("last_seen_at", "id"))


class MySession(Resource):
    access = SIGNED_IN
    changes = {"DELETE": SIGNED_IN}

    def row(self) -> Session:
        return session_of(self.actor, self.kwargs["session_id"])

    get = read(SessionSerializer, summary="One browser in which I am signed in")

    @removed(SessionSerializer, summary="Sign a browser out")
    def delete(self, row: Session) -> None:
        end_session(row, actor=self.actor)


class _Programs(Resource):
    def prepare(self, rows: list[Any]) -> None:
        token = self.request.auth
        current = token.family_id if isinstance(token, AccessToken) else None
        for family in rows:
            family.is_current = family.pk == current


class MyPrograms(_Programs):
    access = SIGNED_IN

    @listed(MyProgramSerializer, summary="The programs in which I am signed in")
    def get(self) -> Listing:
        found = families_of(self.actor).select_related("application")
        return Listing((found,), key=("last_used_at", "id"))


class MyProgram(_Programs):
    access = SIGNED_IN
    changes = {"DELETE": SIGNED_IN}

    def row(self) -> TokenFamily:
        mine = families_of(self.actor).select_related("application")
        family = mine.filter(pk=self.kwargs["family_id"]).first()
        if family is None:
            raise NotFound
        return family

    get = read(MyProgramSerializer, summary="One program in which I am signed in")

    @removed(MyProgramSerializer, summary="Sign a program out")
    def delete(self, row: TokenFamily) -> None:
        revoke_family(row, actor=self.actor, reason=BY_PERSON)


class MyApplications(Resource):
    access = SIGNED_IN

    @listed(ConsentSerializer, summary="The applications that may act for me")
    def get(self) -> Listing:
        return Listing((consents_of(self.actor),), key=("granted_at", "id"))


class MyApplication(Resource):
    access = SIGNED_IN
    changes = {"DELETE": SIGNED_IN}

    def row(self) -> Consent:
        consent = consents_of(self.actor).filter(pk=self.kwargs["consent_id"]).first()
        if consent is None:
            raise NotFound
        return consent

    get = read(ConsentSerializer, summary="One application that may act for me")

    @removed(ConsentSerializer, summary="Let an application act for me no longer")
    def delete(self, row: Consent) -> None:
        withdraw_consent(user=self.actor, application=row.application, actor=self.actor)


class MyIdentities(Resource):
    access = SIGNED_IN

    @listed(
        IdentitySerializer,
        summary="The accounts elsewhere that open mine",
        description="Linking another one takes a browser: /accounts/identities/.",
    )
    def get(self) -> Listing:
        return Listing((identities_of(self.actor),), key=("linked_at", "id"))


class MyIdentity(Resource):
    access = SIGNED_IN
    changes = {"DELETE": SIGNED_IN}
    asks_again = frozenset({"DELETE"})

    def row(self) -> ExternalIdentity:
        return identity_for(self.actor, self.kwargs["identity_id"])

    get = read(IdentitySerializer, summary="One account elsewhere that opens mine")

    @removed(
        IdentitySerializer,
        summary="Unlink an account elsewhere",
        description="`409` where it is the last way in.",
    )
    def delete(self, row: ExternalIdentity) -> None:
        unlink(identity=row, actor=self.actor)


class MyOrganizations(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}

    @told(PlacesSerializer, summary="The organizations that I belong to, and as what")
    def get(self) -> dict[str, Any]:
        return {"results": places_of(self.actor)}

    @acted(
        KeyBody,
        PlaceSerializer,
        summary="Accept an invitation",
        description="It is for the address that it was sent to: `403 other_address` for anybody else.",
        code=status.HTTP_201_CREATED,
    )
    def post(self, key: str) -> Place:
        joined = accept_invitation(secret=key, user=self.actor)
        return _place(self, joined.organization_id)


class MyOrganization(Resource):
    access = SIGNED_IN
    changes = {"DELETE": SIGNED_IN}

    def row(self) -> Place:
        return _place(self, self.kwargs["place_id"])

    def held(self, row: Place) -> Membership:
        membership: Membership = row.membership
        return membership

    get = read(PlaceSerializer, summary="One organization that I belong to")

    @removed(PlaceSerializer, summary="Leave an organization", description="`409 last_owner`.")
    def delete(self, row: Place) -> None:
        leave(membership=self.held(row))


def _place(view: Resource, organization_id: UUID) -> Place:
    for place in places_of(view.actor):
        if place.membership.organization_id == organization_id:
            return place
    raise NotFound


class MyPassword(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}

    @acted(
        PasswordBody,
        None,
        summary="Change my password",
        description="Every session and every program is signed out, this one too: sign in again.",
    )
    def post(self, current: str, password: str) -> None:
        services.change_password(user=self.actor, current=current, password=password)


class MyEmail(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}
    asks_again = frozenset({"POST"})

    @acted(
        EmailBody,
        DetailSerializer,
        summary="Change my e-mail address",
        description="A link is sent to the new one; until it is opened, or its key is given, nothing changes.",
        code=status.HTTP_202_ACCEPTED,
    )
    def post(self, email: str, password: str) -> dict[str, Any]:
        services.request_email_change(user=self.actor, email=email, current=password)
        return {"detail": _("Look into your mail.")}


class ConfirmMyEmail(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}

    @acted(KeyBody, EmailSerializer, summary="Confirm my new e-mail address")
    def post(self, key: str) -> Any:
        return services.confirm_email_change(key, user=self.actor)
