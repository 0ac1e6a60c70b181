"""/api/v1/organizations/<organization>/…: its hubs, and where they are."""

from django.urls import URLPattern, URLResolver, include, path

from .. import bulk, exports, hub_groups, hub_places, hub_states, hub_tasks, hubs

of_hub = [
    path("presence", hubs.HubPresence.as_view(), name="api-hub-presence"),
    path("credentials", hubs.HubCredentials.as_view(), name="api-hub-credentials"),
    path("outages", hubs.HubOutages.as_view(), name="api-hub-outages"),
    path("tasks", hub_tasks.TasksOfHub.as_view(), name="api-tasks-of-hub"),
    path("quarantine", hub_states.QuarantineHub.as_view(), name="api-quarantine-hub"),
    path("lock-down", hub_states.LockHubDown.as_view(), name="api-lock-hub-down"),
    path("suspend", hub_states.SuspendHub.as_view(), name="api-suspend-hub"),
    path("reactivate", hub_states.ReactivateHub.as_view(), name="api-reactivate-hub"),
    path("retire", hub_states.RetireHub.as_view(), name="api-retire-hub"),
    path("revoke", hub_states.RevokeHub.as_view(), name="api-revoke-hub"),
    path("rotate", hub_states.RotateHub.as_view(), name="api-rotate-hub"),
    path("enrol-again", hub_places.EnrolAgain.as_view(), name="api-enrol-hub-again"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("fleet", hubs.Fleet.as_view(), name="api-fleet"),
    path("hubs", hubs.Hubs.as_view(), name="api-hubs"),
    path("hubs/import", hub_places.ImportHubs.as_view(), name="api-import-hubs"),
    path("hubs/exports", exports.HubExports.as_view(), name="api-hub-exports"),
    path("hubs/jobs", bulk.HubJobs.as_view(), name="api-hub-jobs"),
    path("hubs/<uuid:hub_id>", hubs.OneHub.as_view(), name="api-hub"),
    path("hubs/<uuid:hub_id>/", include(of_hub)),
    path("rooms", hub_places.Rooms.as_view(), name="api-rooms"),
    path("rooms/exports", exports.RoomExports.as_view(), name="api-room-exports"),
    path("rooms/jobs", bulk.RoomJobs.as_view(), name="api-room-jobs"),
    path("rooms/<uuid:room_id>", hub_places.OneRoom.as_view(), name="api-room"),
    path("hub-codes", hub_places.Codes.as_view(), name="api-hub-codes"),
    path("hub-codes/exports", exports.EnrolmentCodeExports.as_view(), name="api-hub-code-exports"),
    path("hub-codes/jobs", bulk.EnrolmentCodeJobs.as_view(), name="api-hub-code-jobs"),
    path("hub-codes/<uuid:code_id>", hub_places.OneCode.as_view(), name="api-hub-code"),
    path("hub-groups", hub_groups.Groups.as_view(), name="api-hub-groups"),
    path("hub-groups/exports", exports.HubGroupExports.as_view(), name="api-hub-group-exports"),
    path("hub-groups/jobs", bulk.HubGroupJobs.as_view(), name="api-hub-group-jobs"),
    path("hub-groups/<uuid:group_id>", hub_groups.OneGroup.as_view(), name="api-hub-group"),
    path("hub-groups/<uuid:group_id>/hubs", hub_groups.Regroup.as_view(), name="api-regroup-hubs"),
    path("tasks", hub_tasks.Tasks.as_view(), name="api-hub-tasks"),
    path("tasks/exports", exports.HubTaskExports.as_view(), name="api-hub-task-exports"),
    path("tasks/jobs", bulk.HubTaskJobs.as_view(), name="api-hub-task-jobs"),
    path("tasks/<uuid:task_id>", hub_tasks.OneTask.as_view(), name="api-hub-task"),
    path("tasks/<uuid:task_id>/cancel", hub_tasks.CancelTask.as_view(), name="api-cancel-hub-task"),
    path(
        "tasks/<uuid:task_id>/hubs",
        hub_tasks.Assignments.as_view(),
        name="api-hub-task-assignments",
    ),
    path(
        "tasks/<uuid:task_id>/hubs/<uuid:assignment_id>",
        hub_tasks.OneAssignment.as_view(),
        name="api-hub-task-assignment",
    ),
]
