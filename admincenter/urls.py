"""The admin center's paths."""

app_name = "admincenter"
urlpatterns: list[object] = []
