from django.urls import path

from . import views

app_name = "docs"
urlpatterns = [
    path("", views.page, name="index"),
    path("search/", views.find, name="search"),
    path("images/<str:name>", views.image, name="image"),
    path("<path:name>/", views.page, name="page"),
]
