"""The base of what is read and changed under /api/v1: who may, what the path names, and how often one may ask."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.organizations.models import Organization
from accounts.organizations.selectors import organization_by_id

from .. import quota
from ..authentication import READING


class Resource(APIView):
    """`access` is what reading takes, `changes` what each other method takes; `within`: somewhere inside is enough.

    `asks_again` names the methods that ask for a proof that is only minutes old, beside those whose permission is
    sensitive anyway; `by_people` those that no service account may use, as somebody must have asked.
    """

    access: ClassVar[str]
    changes: ClassVar[Mapping[str, str]] = {}
    within: ClassVar[bool] = False
    asks_again: ClassVar[frozenset[str]] = frozenset()
    by_people: ClassVar[frozenset[str]] = frozenset()
    http_method_names: ClassVar[list[str]] = ["get", "head", "post", "put", "patch", "delete"]  # type: ignore[misc]

    @property
    def actor(self) -> Any:
        """Whoever calls: a person, or a service account where a permission is what lets them in."""
        return self.request.user

    def access_to(self, method: str | None) -> str | None:
        """What `method` takes; nobody may do what is not named."""
        return self.access if method in READING else self.changes.get(method or "")

    def row(self) -> Any:
        """What the path names, as it is now, if the caller may see it; NotFound otherwise."""
        raise NotImplementedError

    def prepare(self, rows: list[Any]) -> None:
        """What is shown of these rows beside their own columns is at hand after it, however many they are."""

    def held(self, row: Any) -> Model | None:
        """What is locked while versions of `row` are compared: itself, or that of which it is made; None for nothing yet."""
        if not isinstance(row, Model):
            raise NotImplementedError
        return row

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if getattr(self, (request.method or "").lower(), None) is None:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if request.user.is_authenticated:
            self.quota, is_within = quota.take(
                str(request.user.pk), reads=request.method in READING
            )
            if not is_within:
                raise quota.too_many(self.quota)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if (left := getattr(self, "quota", None)) is not None:
            left.write_on(response)
        return super().finalize_response(request, response, *args, **kwargs)


class OrganizationResource(Resource):
    """What lies in the organization of the path; for whoever may not know of that, nothing does."""

    _organization: Organization | None = None

    @property
    def organization(self) -> Organization:
        if self._organization is None:
            self._organization = organization_by_id(
                self.request.user, self.kwargs["organization_id"]
            )
        return self._organization

    def locate(self, request: Request) -> Any:
        """What the permission must be held at."""
        return self.organization
