"""What a person is called and where they are."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.forms import ProfileForm
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedIn) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("portal:profile")
    return render(request, "portal/profile.html", {"form": form})
