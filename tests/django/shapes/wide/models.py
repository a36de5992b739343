"""As many tables as a large project: every third refers to the user, none one-to-one."""

from django.conf import settings
from django.db import models


class Holder(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    label = models.CharField(max_length=40)


def ledger(number: int) -> type[models.Model]:
    fields = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"default_permissions": ()}),
        "title": models.CharField(max_length=80),
        "amount": models.DecimalField(max_digits=12, decimal_places=2),
        "noted_at": models.DateTimeField(db_index=True),
    }
    if number % 3 == 0:
        fields["owner"] = models.ForeignKey(
            settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
        )
    elif number > 1:
        fields["previous"] = models.ForeignKey(
            f"Ledger{number - 1:03}", on_delete=models.CASCADE, related_name="+"
        )
    return type(f"Ledger{number:03}", (models.Model,), fields)


# Makes 200 tables together with those of Django, DRF and SQLite.
for number in range(1, 188):
    ledger(number)
