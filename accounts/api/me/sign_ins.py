"""/api/v1/me/{sessions,programs,applications,identities}: where one is signed in, who may act for one, and by what else one comes in."""

from typing import Any

from rest_framework import serializers

from accounts.federation.models import ExternalIdentity
from accounts.federation.selectors import identities_of, identity_for
from accounts.federation.services import unlink
from accounts.provider.models import AccessToken, Consent, TokenFamily
from accounts.provider.selectors import consents_of, families_of
from accounts.provider.services import revoke_family, withdraw_consent
from accounts.sessions.models import Session
from accounts.sessions.selectors import session_of, sessions_of
from accounts.sessions.services import end_session
from mago.core.errors import NotFound
from mago.core.guards import SIGNED_IN
from mago.core.keyset import Listing

from ..account_shapes import ProgramSerializer, SessionSerializer
from ..resources import Resource, listed, read, removed

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
