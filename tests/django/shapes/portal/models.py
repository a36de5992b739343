from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class OperatorManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        operator = self.model(username=self.model.normalize_username(username), **fields)
        operator.set_password(password)
        operator.save(using=self._db)
        return operator


class Operator(AbstractBaseUser):
    """The user model, whose users log in to the project."""

    username = models.CharField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True)

    objects = OperatorManager()

    USERNAME_FIELD = "username"


class Patron(AbstractBaseUser):
    """A model with a password that is not the user model."""

    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"


class Post(models.Model):
    operator = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    counter = models.CharField(max_length=20)
