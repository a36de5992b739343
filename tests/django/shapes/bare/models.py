from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class LoginManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        login = self.model(username=self.model.normalize_username(username), **fields)
        login.set_password(password)
        login.save(using=self._db)
        return login


class Login(AbstractBaseUser):
    username = models.CharField(max_length=60, unique=True)

    objects = LoginManager()

    USERNAME_FIELD = "username"
