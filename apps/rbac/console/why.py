"""Why somebody may or may not do something: asked on their page, answered in words."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from apps.rbac import audit, policy, resources, verdicts
from apps.rbac.catalog import Permission
from apps.rbac.explanation import Explanation, Way, explain
from apps.rbac.policy import Reason

if TYPE_CHECKING:
    from apps.rbac.console.pages import Page

# Whose roles somebody may know, they may ask this about.
MAY_ASK = Permission.ROLE_HOLDERS_VIEW
_INACTIVE = "No: the account is suspended or closed."
_SHARED_HOW = {"person": "in person", "role": "with a role of theirs"}


class Question(forms.Form):
    """An action, and of one row or of any. Rows of what the operator may look at."""

    action = forms.ChoiceField(label="May they", choices=[])
    kind = forms.ChoiceField(label="to", required=False, choices=[])
    row = forms.CharField(
        label="Its number or public id",
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, by: Any) -> None:
        super().__init__(data)
        self._kinds = kinds(by)
        names = sorted((str(m._meta.verbose_name), k) for k, m in self._kinds.items())
        fields: Any = self.fields
        fields["action"].choices = [(each, each) for each in Permission]
        fields["kind"].choices = [
            ("", "any row"),
            *((kind, f"this {name}") for name, kind in names),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind, row = given.get("kind", ""), given.get("row", "")
        if bool(kind) != bool(row):
            raise ValidationError("Choose what it is, and say which one.")
        given["obj"] = _row(self._kinds[kind], row) if kind else None
        return given


def kinds(by: Any) -> dict[str, type[Model]]:
    """What rows may be asked about: those that this operator may look at."""
    models = (resource.model for resource in resources.every())
    return {
        model._meta.label_lower: model
        for model in models
        if policy.can(by, f"{model._meta.label_lower}.view")
    }


def may(request: HttpRequest) -> bool:
    return bool(policy.can(request.user, MAY_ASK))


def address(person_id: int, **asked: str) -> str:
    """The address of the question, asked already where `asked` says so."""
    page = reverse("admin:accounts_user_why", args=[person_id])
    return f"{page}?{urlencode(asked)}" if asked else page


def answer(page: "Page", request: HttpRequest, person: Any) -> HttpResponse:
    """Read only, so the question stands in the address and can be passed on."""
    if not may(request):
        verdicts.insist(request.user, MAY_ASK)
    form = Question(request.GET or None, by=request.user)
    shown: dict[str, Any] = {}
    if form.is_valid():
        asked = form.cleaned_data
        found = explain(person, asked["action"], asked["obj"])
        shown = {"verdict": _verdict(found), "ways": words(found)}
        audit.decided(
            MAY_ASK,
            allowed=True,
            actor=request.user,
            subject=person,
            obj=asked["obj"] or person,
            private={"action": asked["action"]},
        )
    context = {
        **page.admin_site.each_context(request),
        "title": "Why they may",
        "form": form,
        "opts": page.opts,
        "original": person,
        "row_name": page.row_name(person),
        **shown,
    }
    return TemplateResponse(request, "admin/why.html", context)


def words(found: Explanation) -> list[str]:
    """Each way as a sentence."""
    return [_words(way, found) for way in found.ways]


def _row(model: type[Model], given: str) -> Model:
    manager = model._default_manager
    for name in ("public_id", "pk"):
        try:
            if name != "pk":
                model._meta.get_field(name)
            found = manager.filter(**{name: given}).first()
        except (FieldDoesNotExist, ValidationError, ValueError, OverflowError):
            continue
        if found is not None:
            return found
    raise ValidationError("There is no such row.")


def _verdict(found: Explanation) -> str:
    if found.decision.allowed:
        return "Yes, they may."
    if found.decision.reason is Reason.INACTIVE:
        return _INACTIVE
    bring = ", ".join(found.would_bring)
    return f"No. Roles that would bring it: {bring or 'none'}."


def _words(way: Way, found: Explanation) -> str:
    if way.name is Reason.OWNER:
        if way.leads_there:
            return "It is their own, and its owner may."
        return "It is not their own, or is nothing its owner may do."
    if way.name is Reason.SHARE:
        if not way.leads_there:
            return "Nobody has shared it with them for this."
        how = " and ".join(_SHARED_HOW[step] for step in dict.fromkeys(way.steps))
        return f"It is shared with them, {how}."
    if way.leads_there:
        paths = "; ".join(_path(found.roles[slug]) for slug in way.steps)
        return f"By their roles: {paths}."
    held = ", ".join(sorted(found.roles))
    return f"None of their roles has it: {held}."


def _path(chain: tuple[str, ...]) -> str:
    """`administrator` or `administrator, which inherits premium, which inherits user`."""
    return ", which inherits ".join(chain)
