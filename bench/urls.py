"""The product's pages, and views that do nothing: what they cost is the floor."""

from django.urls import path

from mago.urls import handler400, handler403, handler404, handler500
from mago.urls import urlpatterns as product

from . import views

__all__ = ["handler400", "handler403", "handler404", "handler500"]

urlpatterns = [
    path("bench/empty/", views.empty),
    path("api/bench/empty", views.empty),
    path("api/bench/transaction", views.transaction_with_events),
    path("api/bench/hashing", views.hashing),
    *product,
]
