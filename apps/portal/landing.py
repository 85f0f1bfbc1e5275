"""The page for whoever does not know us yet, and the menu for browsers without scripts."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.portal.shell import SignedIn


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/landing.html")


@require_safe
def menu(request: SignedIn) -> HttpResponse:
    return render(request, "portal/menu.html")
