#!/usr/bin/env python3
"""Open the ways into accounts with the real packages, and try them over HTTP:

    doors.py --project NAME --db DATABASE

Runs in the environment of a set `*-doors`. Creates the database and serves the project on a free local port. Then
reads commands from standard input, one a line, and answers each with a line of JSON:

    open USER      create the user and open every door of the project
    knock USER     try each door again: its name and the HTTP status
    try USER DOOR KEY    try one door with this key: the HTTP status
    forget USER    all rows of each table as Django's `user.delete()` would leave them
    rows USER      all rows of each table
    present KEY    the HTTP status of a view that accepts the project's own tokens
    enter ADDRESS  the HTTP status of a page for users after a login with allauth
    reset ADDRESS  the recipients of allauth's links for a new password

A door is a login, a session, a token, a key. A login counts as open once a page for users answers 200, so a
second factor that is asked for, or a lock-out, shuts it.
"""

import argparse
import hashlib
import json
import secrets
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from datetime import timedelta
from http.cookiejar import CookieJar
from typing import Any
from wsgiref.simple_server import make_server

from databases import parse
from serve import Quiet

PASSWORD = "correct horse battery"
BACKEND = "django.contrib.auth.backends.ModelBackend"
SESSIONS = "django.contrib.sessions.backends."
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
ACCOUNT = ["django.contrib.sites", "allauth", "allauth.account"]
OTP = ["django_otp", "django_otp.plugins.otp_static", "django_otp.plugins.otp_totp", "two_factor"]


def own_keys(kind: str, *apps: str, **options: str) -> dict[str, Any]:
    return {"apps": [*apps, "own_keys"], "doors": [], "settings": {"OWN_KEYS": kind, **options}}


def axes(parameter: str, opener: str) -> dict[str, Any]:
    return {
        "apps": ["axes"],
        "middleware": ["axes.middleware.AxesMiddleware"],
        "backends": ["axes.backends.AxesStandaloneBackend"],
        "doors": ["login", "session", opener],
        "settings": {
            "AXES_LOCKOUT_PARAMETERS": [parameter],
            "AXES_FAILURE_LIMIT": 3,
            "LOGGING": {"version": 1, "loggers": {"axes": {"level": "CRITICAL"}}},
        },
    }


# Project → its apps, middleware, login page, doors and other settings.
PROJECTS: dict[str, dict[str, Any]] = {
    "tokens": {
        "apps": [
            "rest_framework.authtoken", "knox", "rest_framework_simplejwt.token_blacklist",
            "oauth2_provider", "rest_framework_api_key", "keys",
        ],
        "doors": [
            "login", "session", "drf", "knox", "own", "jwt", "stateless_jwt", "jwt_refresh", "oauth2",
            "oauth2_refresh", "oauth2_grant", "user_key", "api_key",
        ],
    },
    "application": {"apps": ["oauth2_provider"], "doors": ["login", "application"]},
    "cookies": {
        "apps": [],
        "doors": ["login", "session"],
        "settings": {"SESSION_ENGINE": SESSIONS + "signed_cookies"},
    },
    "cached_db": {
        "apps": [],
        "doors": ["login", "session"],
        "settings": {"SESSION_ENGINE": SESSIONS + "cached_db"},
    },
    "allauth": {
        "apps": [*ACCOUNT, "allauth.mfa"],
        "middleware": ["allauth.account.middleware.AccountMiddleware"],
        "backends": ["allauth.account.auth_backends.AuthenticationBackend"],
        "doors": ["login", "session", "allauth_mfa"],
        "login": ("/accounts/login/", lambda name, word: {"login": name, "password": word}),
        "settings": {"ACCOUNT_EMAIL_VERIFICATION": "none", "ACCOUNT_RATE_LIMITS": False, "SITE_ID": 1},
    },
    "addresses": {
        "apps": ACCOUNT,
        "middleware": ["allauth.account.middleware.AccountMiddleware"],
        "backends": ["allauth.account.auth_backends.AuthenticationBackend"],
        "doors": [],
        "settings": {
            "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
            "ACCOUNT_LOGIN_METHODS": {"email"},
            "ACCOUNT_RATE_LIMITS": False,
            "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
            "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
            "SITE_ID": 1,
        },
    },
    "two_factor": {
        "apps": OTP,
        "middleware": ["django_otp.middleware.OTPMiddleware"],
        "doors": ["login", "session", "otp"],
        "login": (
            "/account/login/",
            lambda name, word: {
                "login_view-current_step": "auth", "auth-username": name, "auth-password": word,
            },
        ),
        "settings": {"LOGIN_URL": "two_factor:login"},
    },
    "axes": axes("username", "axes"),
    "axes_address": axes("ip_address", "address"),
    "user_sessions": {
        "apps": ["user_sessions"],
        "session_middleware": "user_sessions.middleware.SessionMiddleware",
        "doors": ["login", "session"],
        "settings": {"SESSION_ENGINE": "user_sessions.backends.db"},
    },
    "identities": {
        "apps": [
            *ACCOUNT, *OTP, "allauth.socialaccount", "django_otp_webauthn", "guardian", "organizations",
            "social_django", "two_factor.plugins.webauthn",
        ],
        "middleware": ["django_otp.middleware.OTPMiddleware", "allauth.account.middleware.AccountMiddleware"],
        "backends": [
            "guardian.backends.ObjectPermissionBackend", "social_core.backends.username.UsernameAuth",
        ],
        "doors": ["login", "social", "factor", "allauth_social", "guardian", "organization"],
        "settings": {
            "SITE_ID": 1,
            "LOGIN_ERROR_URL": "/",
            "SOCIAL_AUTH_USERNAME_FORM_URL": "/",
            "TWO_FACTOR_WEBAUTHN_RP_NAME": "localhost",
            "OTP_WEBAUTHN_RP_ID": "localhost",
            "OTP_WEBAUTHN_RP_NAME": "localhost",
            "OTP_WEBAUTHN_ALLOWED_ORIGINS": ["http://localhost"],
        },
    },
    "idp": {
        "apps": [*ACCOUNT, "allauth.idp.oidc"],
        "middleware": ["allauth.account.middleware.AccountMiddleware"],
        "doors": ["login", "openid", "openid_refresh"],
        "settings": {"SITE_ID": 1},
    },
    "devices": {
        "apps": ["oauth2_provider"],
        "doors": ["login", "device"],
    },
    "own_copy": own_keys("copy"),
    "own_foreign_key": own_keys("foreign_key"),
    "own_named": own_keys("named"),
    "own_child": own_keys("child", "rest_framework.authtoken"),
    "own_digest": own_keys("digest", "rest_framework.authtoken"),
    "own_knox": own_keys("knox", "knox", KNOX_TOKEN_MODEL="own_keys.OwnKey"),
}


def private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, form, serialization.NoEncryption()).decode()


def configure(name: str, database: Any) -> None:
    import django
    from django.conf import settings

    project = PROJECTS[name]
    settings.configure(
        SECRET_KEY="only-for-tests-and-longer-than-thirty-two-bytes",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        STATIC_URL="/static/",
        LOGIN_REDIRECT_URL="/session/",
        DATABASES={"default": database.settings()},
        PASSWORD_HASHERS=[
            "django.contrib.auth.hashers.Argon2PasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
        AUTHENTICATION_BACKENDS=[*project.get("backends", []), BACKEND],
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.messages", "rest_framework", *project["apps"],
        ],
        MIDDLEWARE=[
            project.get("session_middleware", "django.contrib.sessions.middleware.SessionMiddleware"),
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            *project.get("middleware", []),
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        OAUTH2_PROVIDER={"PKCE_REQUIRED": False},
        IDP_OIDC_PRIVATE_KEY=private_key() if name == "idp" else "",
        **project.get("settings", {}),
    )
    django.setup()


def create(name: str, database: Any) -> None:
    from django.apps import apps
    from django.db import connection

    database.create(name)
    database.hurry()
    database.fill(name)
    if apps.is_installed("keys"):
        with connection.schema_editor() as editor:
            for model in apps.get_app_config("keys").get_models():
                editor.create_model(model)


def urls() -> list[Any]:
    from django.apps import apps
    from django.contrib.auth import authenticate, login
    from django.http import HttpResponse
    from django.urls import include, path
    from rest_framework.authentication import SessionAuthentication, TokenAuthentication
    from rest_framework.permissions import IsAuthenticated
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class Page(APIView):
        permission_classes = [IsAuthenticated]

        def get(self, request: Any) -> Response:
            return Response({})

    def log_in(request: Any) -> HttpResponse:
        user = authenticate(request, **{name: request.POST[name] for name in ("username", "password")})
        if user is None:
            return HttpResponse(status=400)
        login(request, user)
        return HttpResponse()

    def page(name: str, *authenticators: type, **options: Any) -> Any:
        return path(f"{name}/", Page.as_view(authentication_classes=authenticators, **options))

    found = [page("session", SessionAuthentication), path("login/", log_in)]
    if apps.is_installed("own_keys"):
        found.append(page("api", own_authentication()))
    elif apps.is_installed("rest_framework.authtoken"):
        from urls import urlpatterns as schemes

        found += schemes
    if apps.is_installed("keys"):
        from keys.models import OwnToken, UserKey
        from rest_framework_api_key.permissions import BaseHasAPIKey, HasAPIKey
        from rest_framework_simplejwt import authentication as jwt
        from rest_framework_simplejwt import views

        class OwnAuthentication(TokenAuthentication):
            model = OwnToken

        class HasUserKey(BaseHasAPIKey):
            model = UserKey

        found += [
            page("own", OwnAuthentication),
            page("jwt", jwt.JWTAuthentication),
            page("stateless-jwt", jwt.JWTStatelessUserAuthentication),
            path("jwt/login/", views.TokenObtainPairView.as_view()),
            path("jwt/refresh/", views.TokenRefreshView.as_view()),
            page("api-key", permission_classes=[HasAPIKey]),
            page("user-key", permission_classes=[HasUserKey]),
        ]
    if apps.is_installed("oauth2_provider"):
        from oauth2_provider.contrib.rest_framework import OAuth2Authentication

        found += [
            page("oauth2", OAuth2Authentication),
            path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
        ]
    if apps.is_installed("allauth.account"):
        found.append(path("accounts/", include("allauth.urls")))
    if apps.is_installed("allauth.idp.oidc"):
        found.append(path("", include("allauth.idp.urls")))
    if apps.is_installed("social_django"):
        found.append(path("", include("social_django.urls")))
    if apps.is_installed("two_factor"):
        from two_factor.urls import urlpatterns as two_factor

        found.append(path("", include(two_factor)))
    return found


def own_authentication() -> type:
    from django.conf import settings
    from own_keys.models import OwnKey
    from rest_framework.authentication import TokenAuthentication
    from rest_framework.exceptions import AuthenticationFailed

    if settings.OWN_KEYS == "knox":
        from knox.auth import TokenAuthentication as KnoxAuthentication

        return KnoxAuthentication

    class OwnAuthentication(TokenAuthentication):
        model = OwnKey

        def authenticate_credentials(self, key: str) -> Any:
            if settings.OWN_KEYS != "digest":
                return super().authenticate_credentials(key)
            row = OwnKey.objects.filter(key_hash=hashlib.sha256(key.encode()).hexdigest()).first()
            if row is None:
                raise AuthenticationFailed
            return row.user, row

    return OwnAuthentication


class Client:
    """A browser, or a program without cookies."""

    address = ""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def __call__(self, path: str, form: dict[str, str] | None = None, key: str = "") -> tuple[int, Any]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        headers = {"Authorization": key} if key else {}
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with self.opener.open(request, timeout=30) as answer:
                status, kind, body = answer.status, answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, None
        return status, json.loads(body) if kind == "application/json" else None


def submit(client: Client, path: str, form: dict[str, str], page: str = "") -> None:
    client(page or path)
    cookies = {cookie.name: cookie.value or "" for cookie in client.cookies}
    client(path, form | {"csrfmiddlewaretoken": cookies.get("csrftoken", "")})


def present(key: str) -> int:
    return Client()("/api/", key=f"Token {key}")[0]


def enter(address: str) -> int:
    client = Client()
    submit(client, "/accounts/login/", {"login": address, "password": PASSWORD})
    return client("/session/")[0]


def reset(address: str) -> list[str]:
    from django.core import mail

    mail.outbox = []
    submit(Client(), "/accounts/password/reset/", {"email": address})
    return [to for sent in mail.outbox if "/password/reset/key/" in sent.body for to in sent.to]


class Visitor:
    """A user of the project, and what opens the doors: `NAME_opens` gets it, `NAME` tries it."""

    def __init__(self, name: str, project: dict[str, Any]) -> None:
        from django.contrib.auth import get_user_model

        self.name, self.project = name, project
        self.user = get_user_model().objects.create_user(name, f"{name}@example.com", PASSWORD)
        self.keys: dict[str, Any] = {}
        self.browser = Client()
        self.sign_in(self.browser)
        for door in project["doors"]:
            getattr(self, f"open_{door}", lambda: None)()

    def knock(self) -> dict[str, int]:
        found = {door: getattr(self, door, None) for door in self.project["doors"]}
        return {door: knock() for door, knock in found.items() if knock}

    def attempt(self, door: str, key: str) -> int:
        self.keys["jwt_access" if door == "jwt" else door] = key
        return getattr(self, door)()

    def sign_in(self, client: Client) -> None:
        if "login" not in self.project:
            client("/login/", {"username": self.name, "password": PASSWORD})
            return
        path, form = self.project["login"]
        submit(client, path, form(self.name, PASSWORD))

    def obtain(self, path: str, form: dict[str, str] | None = None) -> Any:
        status, answer = Client()(path, form or {"username": self.name, "password": PASSWORD})
        if status != 200:
            sys.exit(f"{path}: {status}")
        return answer

    def login(self) -> int:
        fresh = Client()
        self.sign_in(fresh)
        return fresh("/session/")[0]

    def session(self) -> int:
        return self.browser("/session/")[0]

    def open_drf(self) -> None:
        self.keys["drf"] = self.obtain("/drf/login/")["token"]

    def drf(self) -> int:
        return Client()("/drf/whoami/", key=f"Token {self.keys['drf']}")[0]

    def open_knox(self) -> None:
        self.keys["knox"] = self.obtain("/knox/login/")["token"]

    def knox(self) -> int:
        return Client()("/knox/whoami/", key=f"Token {self.keys['knox']}")[0]

    def open_own(self) -> None:
        from keys.models import OwnToken

        self.keys["own"] = OwnToken.objects.create(key=secrets.token_hex(20), user=self.user).key

    def own(self) -> int:
        return Client()("/own/", key=f"Token {self.keys['own']}")[0]

    def open_jwt(self) -> None:
        self.keys |= {f"jwt_{name}": key for name, key in self.obtain("/jwt/login/").items()}

    def jwt(self) -> int:
        return Client()("/jwt/", key=f"Bearer {self.keys['jwt_access']}")[0]

    def stateless_jwt(self) -> int:
        return Client()("/stateless-jwt/", key=f"Bearer {self.keys['jwt_access']}")[0]

    def jwt_refresh(self) -> int:
        return Client()("/jwt/refresh/", {"refresh": self.keys["jwt_refresh"]})[0]

    def create_application(self, grant_type: str, owner: Any) -> dict[str, str]:
        from oauth2_provider.models import Application

        secret = secrets.token_hex(20)
        application = Application.objects.create(
            user=owner, client_type="confidential", client_secret=secret, redirect_uris="https://example.com/",
            authorization_grant_type=grant_type, name=self.name,
        )
        self.keys["application"] = application
        return {"client_id": application.client_id, "client_secret": secret}

    def open_oauth2(self) -> None:
        from django.utils import timezone
        from oauth2_provider.models import Grant

        self.keys["client"] = self.create_application("authorization-code", None)
        self.keys["codes"] = [secrets.token_hex(20) for _ in range(8)]
        for code in self.keys["codes"]:
            Grant.objects.create(
                user=self.user, code=code, application=self.keys["application"],
                expires=timezone.now() + timedelta(hours=1), redirect_uri="https://example.com/", scope="read write",
            )
        self.exchange("authorization_code")

    def exchange(self, grant_type: str) -> int:
        """Get new OAuth2 tokens for a code, or for the refresh token."""
        form = {"grant_type": grant_type, **self.keys["client"]}
        if grant_type == "refresh_token":
            form["refresh_token"] = self.keys["oauth2_refresh"]
        else:
            form |= {"code": self.keys["codes"].pop(), "redirect_uri": "https://example.com/"}
        status, answer = Client()("/o/token/", form)
        if status == 200:
            self.keys |= {"oauth2": answer["access_token"], "oauth2_refresh": answer["refresh_token"]}
        return status

    def oauth2(self) -> int:
        return Client()("/oauth2/", key=f"Bearer {self.keys['oauth2']}")[0]

    def oauth2_refresh(self) -> int:
        return self.exchange("refresh_token")

    def oauth2_grant(self) -> int:
        return self.exchange("authorization_code")

    def open_application(self) -> None:
        self.keys["client"] = self.create_application("client-credentials", self.user)

    def application(self) -> int:
        return Client()("/o/token/", {"grant_type": "client_credentials", **self.keys["client"]})[0]

    def open_user_key(self) -> None:
        from keys.models import UserKey

        _, self.keys["user_key"] = UserKey.objects.create_key(name=self.name, user=self.user)

    def user_key(self) -> int:
        return Client()("/user-key/", key=f"Api-Key {self.keys['user_key']}")[0]

    def open_api_key(self) -> None:
        from rest_framework_api_key.models import APIKey

        _, self.keys["api_key"] = APIKey.objects.create_key(name=self.name)

    def api_key(self) -> int:
        return Client()("/api-key/", key=f"Api-Key {self.keys['api_key']}")[0]

    def open_device(self) -> None:
        from django.utils import timezone
        from oauth2_provider.models import DeviceGrant

        self.keys["client"] = self.create_application(DEVICE_CODE, None)
        self.keys["codes"] = [secrets.token_hex(20) for _ in range(8)]
        for code in self.keys["codes"]:
            DeviceGrant.objects.create(
                user=self.user, device_code=code, user_code=code, client_id=self.keys["client"]["client_id"],
                expires=timezone.now() + timedelta(hours=1), status=DeviceGrant.AUTHORIZED, scope="read",
            )

    def device(self) -> int:
        form = {"grant_type": DEVICE_CODE, "device_code": self.keys["codes"].pop(), **self.keys["client"]}
        return Client()("/o/token/", form)[0]

    def open_openid(self) -> None:
        from allauth.idp.oidc.models import Client as Application
        from allauth.idp.oidc.models import Token

        secret = secrets.token_hex(20)
        application = Application(name=self.name, grant_types="refresh_token", scopes="openid")
        application.set_secret(secret)
        application.save()
        self.keys["client"] = {"client_id": application.id, "client_secret": secret}
        for name, kind in (("openid", Token.Type.ACCESS_TOKEN), ("openid_refresh", Token.Type.REFRESH_TOKEN)):
            self.keys[name] = secrets.token_hex(20)
            token = Token(type=kind, client=application, user=self.user, scopes="openid")
            token.set_value(self.keys[name])
            token.save()

    def openid(self) -> int:
        return Client()("/identity/o/api/userinfo", key=f"Bearer {self.keys['openid']}")[0]

    def openid_refresh(self) -> int:
        form = {"grant_type": "refresh_token", "refresh_token": self.keys["openid_refresh"], **self.keys["client"]}
        status, answer = Client()("/identity/o/api/token", form)
        if status == 200:
            self.keys["openid_refresh"] = answer.get("refresh_token", self.keys["openid_refresh"])
        return status

    def open_social(self) -> None:
        self.complete_social(self.browser)

    def complete_social(self, browser: Client) -> None:
        submit(browser, "/complete/username/", {"username": self.name}, page="/account/login/")

    def social(self) -> int:
        client = Client()
        self.complete_social(client)
        return client("/session/")[0]

    # Not doors, but what bars the login, or what goes with the user.

    def open_factor(self) -> None:
        from django.apps import apps
        from django_otp_webauthn.models import WebAuthnAttestation, WebAuthnCredential
        from two_factor.plugins.webauthn.models import WebauthnDevice

        credential = WebAuthnCredential.objects.create(
            user=self.user, name="key", confirmed=True, credential_id=self.name.encode(), public_key=b"key",
        )
        WebAuthnAttestation.objects.create(credential=credential, fmt="none", data=b"", client_data_json=b"")
        # Since 0.5.
        if handle := apps.all_models["django_otp_webauthn"].get("webauthnuserhandle"):
            handle.get_handle_for_user(self.user)
        WebauthnDevice.objects.create(user=self.user, name="key", public_key="key", key_handle="key", sign_count=0)

    def factor(self) -> int:
        from django_otp import user_has_device

        return 403 if user_has_device(self.user) else 200

    def open_allauth_social(self) -> None:
        from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken

        app = SocialApp.objects.create(provider="github", name=self.name, client_id=self.name)
        account = SocialAccount.objects.create(user=self.user, provider="github", uid=self.name)
        SocialToken.objects.create(account=account, app=app, token=secrets.token_hex(20))

    def open_guardian(self) -> None:
        from guardian.shortcuts import assign_perm

        assign_perm("auth.change_user", self.user, self.user)

    def guardian(self) -> int:
        user = type(self.user).objects.get(pk=self.user.pk)
        return 200 if user.has_perm("auth.change_user", user) else 403

    def open_organization(self) -> None:
        from organizations.utils import create_organization

        create_organization(self.user, self.name, slug=self.name)

    def open_allauth_mfa(self) -> None:
        from allauth.mfa.models import Authenticator

        for kind, data in (("totp", {"secret": "A" * 32}), ("recovery_codes", {"migrated_codes": ["12345678"]})):
            Authenticator.objects.create(user=self.user, type=kind, data=data)

    def open_otp(self) -> None:
        from django_otp.plugins.otp_static.models import StaticDevice
        from django_otp.plugins.otp_totp.models import TOTPDevice

        TOTPDevice.objects.create(user=self.user, name="default")
        StaticDevice.objects.create(user=self.user, name="backup").token_set.create(token="12345678")

    def open_axes(self) -> None:
        self.fail_as(self.name)

    def open_address(self) -> None:
        self.fail_as("nobody")

    def fail_as(self, name: str) -> None:
        for _ in range(3):
            Client()("/login/", {"username": name, "password": "wrong"})


def rows() -> dict[str, list[str]]:
    """All rows of each table, in an order of their own."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def rows_without(user: Any) -> dict[str, list[str]]:
    from django.db import transaction

    with transaction.atomic():
        type(user).objects.get(pk=user.pk).delete()
        found = rows()
        transaction.set_rollback(True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--project", required=True, choices=PROJECTS)
    parser.add_argument("--db", required=True, type=parse)
    args = parser.parse_args()
    configure(args.project, args.db)
    create(args.project, args.db)
    global urlpatterns
    urlpatterns = urls()
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Client.address = f"http://127.0.0.1:{server.server_port}"
    visitors: dict[str, Visitor] = {}
    for line in sys.stdin:
        command, name, *rest = line.split()
        if ask := {"present": present, "enter": enter, "reset": reset}.get(command):
            print(json.dumps(ask(name)), flush=True)
            continue
        if command == "open":
            visitors[name] = Visitor(name, PROJECTS[args.project])
        visitor = visitors[name]
        if command == "try":
            print(json.dumps(visitor.attempt(*rest)), flush=True)
            continue
        answer = {"rows": rows, "forget": lambda: rows_without(visitor.user)}.get(command, visitor.knock)
        print(json.dumps(answer()), flush=True)


if __name__ == "__main__":
    main()
