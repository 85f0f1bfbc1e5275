from allauth.account.views import password_change
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.accounts import fresh_auth, standing_in
from apps.rbac.declared import in_person, signed_in


@signed_in
@require_POST
def stop_standing_in(request: HttpRequest) -> HttpResponse:
    """Back to the person's page in the console, where it began."""
    stood_in = getattr(request, "standing_in", None)
    if stood_in is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    standing_in.stop(request)
    return redirect("admin:accounts_user_change", stood_in.person.pk)


@in_person(signed_in)
def change_password(request: HttpRequest) -> HttpResponse:
    """The form asks for the password; whoever has a second factor proves that, too."""
    step_up = fresh_auth.missing_second_factor(request)
    if step_up is not None:
        return step_up.answer(request)
    answer: HttpResponse = password_change(request)
    return answer
