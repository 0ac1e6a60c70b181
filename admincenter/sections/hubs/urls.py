"""The pages of one fleet, below its organization's short name."""

from django.urls import path

from . import enrolment, fleet, groups, hub, rooms, tasks

urlpatterns = [
    path("", fleet.hubs, name="fleet"),
    path("presence/", fleet.presence, name="fleet_presence"),
    path("regroup/", fleet.regroup, name="regroup_hubs"),
    path("enrol/", enrolment.enrol, name="enrol_hubs"),
    path("import/", enrolment.import_list, name="import_hubs"),
    path("codes/", enrolment.codes, name="hub_codes"),
    path("codes/<uuid:code_id>/", enrolment.progress, name="hub_code"),
    path("codes/<uuid:code_id>/revoke/", enrolment.revoke, name="revoke_hub_code"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms/create/", rooms.create, name="create_room"),
    path("rooms/<uuid:room_id>/", rooms.edit, name="edit_room"),
    path("rooms/<uuid:room_id>/remove/", rooms.remove, name="remove_room"),
    path("groups/", groups.groups, name="hub_groups"),
    path("groups/create/", groups.create, name="create_hub_group"),
    path("groups/<uuid:group_id>/", groups.group, name="hub_group"),
    path("groups/<uuid:group_id>/rename/", groups.rename, name="rename_hub_group"),
    path("groups/<uuid:group_id>/remove/", groups.remove, name="remove_hub_group"),
    path("tasks/", tasks.tasks, name="hub_tasks"),
    path("tasks/create/", tasks.create, name="create_hub_task"),
    path("tasks/<uuid:task_id>/", tasks.task, name="hub_task"),
    path("tasks/<uuid:task_id>/cancel/", tasks.cancel, name="cancel_hub_task"),
    path(
        "tasks/<uuid:task_id>/<uuid:assignment_id>/", tasks.assignment, name="hub_task_assignment"
    ),
    path("<uuid:hub_id>/", hub.hub, name="hub"),
    path("<uuid:hub_id>/edit/", hub.edit, name="edit_hub"),
    path("<uuid:hub_id>/quarantine/", hub.quarantine, name="quarantine_hub"),
    path("<uuid:hub_id>/lock-down/", hub.lock_down, name="lock_down_hub"),
    path("<uuid:hub_id>/suspend/", hub.suspend, name="suspend_hub"),
    path("<uuid:hub_id>/reactivate/", hub.reactivate, name="reactivate_hub"),
    path("<uuid:hub_id>/retire/", hub.retire, name="retire_hub"),
    path("<uuid:hub_id>/rotate/", hub.rotate, name="rotate_hub"),
    path("<uuid:hub_id>/revoke/", hub.revoke, name="revoke_hub"),
    path("<uuid:hub_id>/reenrol/", hub.reenrol, name="reenrol_hub"),
]
