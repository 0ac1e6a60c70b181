"""The identity providers of one organization, below its path."""

from django.urls import URLPattern, URLResolver, include, path

from . import people, providers, routing, saml_keys, setting_up, syncs

of_provider = [
    path("values", setting_up.ProviderValues.as_view(), name="api-identity-provider-values"),
    path("test", setting_up.TestProvider.as_view(), name="api-test-identity-provider"),
    path("trials", setting_up.Trials.as_view(), name="api-identity-provider-trials"),
    path("state", providers.ProviderState.as_view(), name="api-identity-provider-state"),
    path("roles", people.ProviderRoles.as_view(), name="api-identity-provider-roles"),
    path("identities", people.Identities.as_view(), name="api-provider-identities"),
    path(
        "identities/<uuid:identity_id>",
        people.OneIdentity.as_view(),
        name="api-provider-identity",
    ),
    path("setup-links", people.SetupLinks.as_view(), name="api-setup-links"),
    path("setup-links/<uuid:link_id>", people.OneSetupLink.as_view(), name="api-setup-link"),
    path("keys", saml_keys.SamlKeys.as_view(), name="api-saml-keys"),
    path("keys/prepare", saml_keys.PrepareSamlKey.as_view(), name="api-prepare-saml-key"),
    path("keys/activate", saml_keys.ActivateSamlKey.as_view(), name="api-activate-saml-key"),
    path("keys/retire", saml_keys.RetireSamlKey.as_view(), name="api-retire-saml-key"),
    path("syncs", syncs.Syncs.as_view(), name="api-syncs"),
    path("syncs/<uuid:run_id>", syncs.OneSync.as_view(), name="api-sync"),
    path("syncs/<uuid:run_id>/changes", syncs.SyncChanges.as_view(), name="api-sync-changes"),
    path("syncs/<uuid:run_id>/confirm", syncs.ConfirmSync.as_view(), name="api-confirm-sync"),
    path("syncs/<uuid:run_id>/drop", syncs.DropSync.as_view(), name="api-drop-sync"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "identity-providers", providers.IdentityProviders.as_view(), name="api-identity-providers"
    ),
    path(
        "identity-providers/<uuid:provider_id>",
        providers.OneIdentityProvider.as_view(),
        name="api-identity-provider",
    ),
    path("identity-providers/<uuid:provider_id>/", include(of_provider)),
    path("enterprise-sign-on", routing.EnterpriseSignOn.as_view(), name="api-enterprise-sign-on"),
    path("domains/<uuid:domain_id>/route", routing.DomainRoute.as_view(), name="api-domain-route"),
    path("emergency-accounts", routing.EmergencyAccounts.as_view(), name="api-emergency-accounts"),
    path(
        "emergency-accounts/<uuid:person_id>",
        routing.OneEmergencyAccount.as_view(),
        name="api-emergency-account",
    ),
]
