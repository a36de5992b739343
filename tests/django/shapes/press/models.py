from django.contrib.auth.models import User
from django.db import models


class Author(User):
    pen_name = models.CharField(max_length=60)
    royalty = models.DecimalField(max_digits=6, decimal_places=2)
