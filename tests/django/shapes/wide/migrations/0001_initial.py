import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def ledger(number):
    fields = [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
        ("title", models.CharField(max_length=80)),
        ("amount", models.DecimalField(max_digits=12, decimal_places=2)),
        ("noted_at", models.DateTimeField(db_index=True)),
    ]
    reference = {"on_delete": django.db.models.deletion.CASCADE, "related_name": "+"}
    if number % 3 == 0:
        fields.append(("owner", models.ForeignKey(to=settings.AUTH_USER_MODEL, **reference)))
    elif number > 1:
        fields.append(("previous", models.ForeignKey(to=f"wide.ledger{number - 1:03}", **reference)))
    return migrations.CreateModel(
        name=f"Ledger{number:03}", fields=fields, options={"default_permissions": ()}
    )


class CreateModels(migrations.operations.base.Operation):
    """Create many models at once. One by one, each would render all models anew that refer to the user."""

    def __init__(self, operations):
        self.operations = operations

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Holder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=40)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        CreateModels([ledger(number) for number in range(1, 188)]),
    ]
