from django.conf import settings
from django.db import models
from django.db.models.functions import Concat, Now


class Setting(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    theme = models.CharField(max_length=20)
    language = models.CharField(max_length=5, db_default="en")
    retries = models.IntegerField(db_default=3)
    since = models.DateTimeField(db_default=Now())
    label = models.GeneratedField(
        expression=Concat("theme", models.Value("/"), "language"),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
