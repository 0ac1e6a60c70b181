"""The pages of the identity providers of one organization, below its short name."""

from django.urls import URLPattern, path

from . import directory, keys, provider

urlpatterns: list[URLPattern] = [
    path("", directory.providers, name="organization_identity_providers"),
    path("create/", directory.create, name="create_identity_provider"),
    path("allow/", directory.allow, name="allow_identity_providers"),
    path("disallow/", directory.disallow, name="disallow_identity_providers"),
    path("domains/<uuid:domain_id>/route/", directory.route, name="route_domain"),
    path("emergency/name/", directory.name_break_glass, name="name_break_glass"),
    path(
        "emergency/<uuid:person_id>/remove/",
        directory.unname_break_glass,
        name="unname_break_glass",
    ),
    path("<uuid:provider_id>/", provider.show, name="identity_provider"),
    path("<uuid:provider_id>/steps/<slug:step>/", provider.step, name="identity_provider_step"),
    path("<uuid:provider_id>/test/", provider.test, name="test_identity_provider"),
    path("<uuid:provider_id>/roles/", provider.roles, name="identity_provider_roles"),
    path("<uuid:provider_id>/state/", provider.state, name="identity_provider_state"),
    path("<uuid:provider_id>/remove/", provider.remove, name="remove_identity_provider"),
    path("<uuid:provider_id>/keys/prepare/", keys.prepare, name="prepare_saml_key"),
    path("<uuid:provider_id>/keys/activate/", keys.activate, name="activate_saml_key"),
    path("<uuid:provider_id>/keys/retire/", keys.retire, name="retire_saml_key"),
    path("<uuid:provider_id>/links/new/", provider.create_link, name="create_setup_link"),
    path(
        "<uuid:provider_id>/links/<uuid:link_id>/revoke/",
        provider.revoke_link,
        name="revoke_setup_link",
    ),
    path(
        "<uuid:provider_id>/identities/<uuid:identity_id>/remove/",
        provider.remove_identity,
        name="remove_provider_identity",
    ),
]
