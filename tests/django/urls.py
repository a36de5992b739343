"""The views that the judge calls with tokens, as a client would: one set for each scheme."""

from django.apps import apps
from django.urls import path
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

urlpatterns = []


class WhoAmI(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"id": str(request.user.pk), "user": request.user.get_username()})


if apps.is_installed("rest_framework.authtoken"):
    from rest_framework.authentication import TokenAuthentication
    from rest_framework.authtoken.views import obtain_auth_token

    class DrfLogout(APIView):
        authentication_classes = [TokenAuthentication]
        permission_classes = [IsAuthenticated]

        def post(self, request):
            request.user.auth_token.delete()
            return Response(status=204)

    urlpatterns += [
        path("drf/whoami/", WhoAmI.as_view(authentication_classes=[TokenAuthentication])),
        path("drf/login/", obtain_auth_token),
        path("drf/logout/", DrfLogout.as_view()),
    ]

if apps.is_installed("knox"):
    from knox.auth import TokenAuthentication as KnoxAuthentication
    from knox.views import LoginView, LogoutView
    from rest_framework.authtoken.serializers import AuthTokenSerializer

    class KnoxLogin(LoginView):
        authentication_classes = []
        permission_classes = [AllowAny]

        def post(self, request, format=None):
            serializer = AuthTokenSerializer(data=request.data, context={"request": request})
            serializer.is_valid(raise_exception=True)
            request.user = serializer.validated_data["user"]
            return super().post(request, format=format)

    urlpatterns += [
        path("knox/whoami/", WhoAmI.as_view(authentication_classes=[KnoxAuthentication])),
        path("knox/login/", KnoxLogin.as_view()),
        path("knox/logout/", LogoutView.as_view()),
    ]
