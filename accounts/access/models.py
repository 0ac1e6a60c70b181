"""Who holds which role."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .roles import RoleName


class RoleBinding(models.Model):
    """`user` holds `role` on the whole platform."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_bindings", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=40, choices=RoleName.choices)
    granted_at = models.DateTimeField(_("granted"), auto_now_add=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("granted by"))

    class Meta:
        verbose_name = _("role binding")
        verbose_name_plural = _("role bindings")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="one_binding_a_role")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
