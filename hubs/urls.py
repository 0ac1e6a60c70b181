"""/api/v1/hubs/…, as hubs call it."""

from django.urls import path

from .life.views import heartbeat
from .operations import views as operations
from .views import auth, device

app_name = "hubs"
urlpatterns = [
    path("auth", auth.offer, name="auth"),
    path("auth/start", auth.start, name="start"),
    path("auth/continue", auth.proceed, name="continue"),
    path("auth/token", auth.token, name="token"),
    path("enrol", device.enrol, name="enrol"),
    path("me", device.me, name="me"),
    path("me/credential", device.credential, name="credential"),
    path("me/heartbeat", heartbeat, name="heartbeat"),
    path("me/tasks", operations.tasks, name="tasks"),
    path("me/tasks/<uuid:task_id>", operations.progress, name="task"),
]
