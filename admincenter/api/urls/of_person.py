"""/api/v1/people/<person>/…"""

from django.urls import path

from .. import people, standing

urlpatterns = [
    path("lock-down", standing.LockPersonDown.as_view(), name="api-lock-person-down"),
    path("delete", standing.DeletePerson.as_view(), name="api-delete-person"),
    path("restore", standing.RestorePerson.as_view(), name="api-restore-person"),
    path("erase", standing.ErasePerson.as_view(), name="api-erase-person"),
    path("copies", standing.PersonCopies.as_view(), name="api-person-copies"),
    path(
        "copies/<uuid:copy_id>/file",
        standing.PersonCopyFile.as_view(),
        name="api-person-copy-file",
    ),
    path("disable", people.DisablePerson.as_view(), name="api-disable-person"),
    path("enable", people.EnablePerson.as_view(), name="api-enable-person"),
    path("recover", people.RecoverPerson.as_view(), name="api-recover-person"),
    path("send-reset", people.SendReset.as_view(), name="api-send-reset"),
    path("sign-out", people.SignOutPerson.as_view(), name="api-sign-out-person"),
    path("sessions", people.SessionsOfPerson.as_view(), name="api-person-sessions"),
    path("sessions/<uuid:session_id>", people.SessionOfPerson.as_view(), name="api-person-session"),
    path("programs", people.ProgramsOfPerson.as_view(), name="api-person-programs"),
    path("programs/<uuid:family_id>", people.ProgramOfPerson.as_view(), name="api-person-program"),
]
