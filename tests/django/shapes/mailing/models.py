from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone


class SubscriberManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        subscriber = self.model(email=self.normalize_email(email), **fields)
        subscriber.set_password(password)
        subscriber.save(using=self._db)
        return subscriber


class Subscriber(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = SubscriberManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]


class Preference(models.Model):
    subscriber = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    topic = models.CharField(max_length=30)
    weekly = models.BooleanField(default=True)
