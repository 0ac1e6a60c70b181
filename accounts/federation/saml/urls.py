"""/accounts/saml/<organization>/…"""

from django.urls import path

from . import views

app_name = "saml"

urlpatterns = [
    path("<slug:organization>/login/", views.login, name="login"),
    path("<slug:organization>/acs/", views.acs, name="acs"),
    path("<slug:organization>/metadata/", views.metadata, name="metadata"),
    path("<slug:organization>/logout/", views.logout, name="logout"),
]
