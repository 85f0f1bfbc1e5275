from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from bench.stock import views

router = DefaultRouter()
router.register("reminders", views.Reminders, basename="reminder")
router.register("messages", views.Messages, basename="message")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/me/", views.Me.as_view()),
    path("api/", include(router.urls)),
]
