"""What the `type` of a problem leads to: help for whoever writes a program."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core import explained
from apps.core.verbs import require_safe
from apps.rbac.declared import public


@public
@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    found = explained.every().values()
    return render(request, "portal/problems.html", {"problems": found})


@public
@require_safe
def problem(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "portal/problem.html", {"problem": explained.named(code)})
