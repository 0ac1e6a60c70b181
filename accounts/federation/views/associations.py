"""The files below /.well-known/ by which the owner of an app proves that this site is theirs.

Each is made from the settings; without one there is no such file.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.access.guards import public
from mago.core.errors import NotFound


@public
@require_safe
def microsoft(request: HttpRequest) -> JsonResponse:
    """Microsoft identity platform, "Configure an application's publisher domain"."""
    apps = [{"applicationId": name} for name in settings.MICROSOFT_ASSOCIATED_APPS]
    _demand(apps)
    return JsonResponse({"associatedApplications": apps})


@public
@require_safe
def apple(request: HttpRequest) -> JsonResponse:
    """Apple, "Supporting associated domains": links open in the apps, and passkeys of this site work there."""
    apps = list(settings.APPLE_ASSOCIATED_APPS)
    _demand(apps)
    details = [{"appIDs": apps, "components": [{"/": "/accounts/*"}]}]
    return JsonResponse({"applinks": {"details": details}, "webcredentials": {"apps": apps}})


@public
@require_safe
def android(request: HttpRequest) -> JsonResponse:
    """Google, "Digital Asset Links"."""
    relations = [
        "delegate_permission/common.handle_all_urls",
        "delegate_permission/common.get_login_creds",
    ]
    statements = []
    for app in settings.ANDROID_ASSOCIATED_APPS:
        package, _equals, fingerprint = app.partition("=")
        target = {
            "namespace": "android_app",
            "package_name": package,
            "sha256_cert_fingerprints": [fingerprint],
        }
        statements.append({"relation": relations, "target": target})
    _demand(statements)
    return JsonResponse(statements, safe=False)


@public
@require_safe
def apple_domain(request: HttpRequest) -> HttpResponse:
    """Apple, "Configure private email relay": the file that they give out, as it is."""
    _demand(settings.APPLE_DOMAIN_ASSOCIATION)
    return HttpResponse(settings.APPLE_DOMAIN_ASSOCIATION, content_type="text/plain")


def _demand(content: object) -> None:
    if not content:
        raise NotFound
