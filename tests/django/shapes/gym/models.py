from django.conf import settings
from django.db import models


class Membership(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_column="whose"
    )
    plan = models.CharField(max_length=20, db_column="p1")

    class Meta:
        db_table = "facts42"
