from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class Player(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    nickname = models.CharField(max_length=30)
    follows = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="followers", blank=True
    )


class Team(models.Model):
    name = models.CharField(max_length=50)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Place")
    fans = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="fan_of")


class Place(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        unique_together = [("team", "user")]


class Captaincy(models.Model):
    """At most one current captaincy per user: a partial unique constraint."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    current = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(current=True), name="one_current_captaincy"
            )
        ]


class Visit(models.Model):
    """A log with many rows per user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    page = models.CharField(max_length=50)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(Lower("page"), name="visit_page_lower")]
