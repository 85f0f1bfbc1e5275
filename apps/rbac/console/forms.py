"""A form of the console whose save is a verb of the app."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.core.admin import ZonedAdmin
from apps.core.errors import AppError
from apps.rbac import policy, verdicts
from apps.rbac.console.pages import Page


class VerbForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in stubs only
    """Subclasses say in `act` which verb it is; its refusal is an error of the form, and
    on record."""

    # The operator, what they are about to do, and the field with whom it is about; set
    # by the page.
    by: Any = None
    asked: str = ""
    owner: str = ""
    made: Model

    def act(self) -> Model:
        """What the verb made or changed. Raises AppError."""
        raise TypeError(f"{type(self).__name__} has no verb")

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not self.errors:
            subject = self.cleaned_data.get(self.owner)
            obj = self.instance if self.instance.pk else type(self.instance)
            try:
                with verdicts.refusals(
                    self.asked, by=self.by, subject=subject, obj=obj
                ):
                    self.made = self.act()
            except AppError as error:
                self.add_error(None, error.sentence)

    def save(self, commit: bool = True) -> Any:
        return self.made


class _Choice(AutocompleteSelect):
    """Chosen by number; whatever else was sent is nobody."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        numbers = [each for each in map(str, value) if each.isdecimal()]
        return super().optgroups(name, numbers, attrs)


class VerbPage(ZonedAdmin, Page):
    """A page that adds or changes through a `VerbForm`, by whoever may."""

    form: type[VerbForm]
    adds: str = ""
    changes: str = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.adds and policy.can(request.user, self.adds))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.changes and policy.can(request.user, self.changes))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if self._writes(request, obj):
            return list(self.form.base_fields)
        return super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if self._writes(request, obj):
            return []
        return super().get_readonly_fields(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any
    ) -> Any:
        made = super().get_form(request, obj, change, **more)
        asked = self.adds if obj is None else self.changes
        own = {"by": request.user, "asked": asked, "owner": self.owner}
        return type(made.__name__, (made,), own)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What an address begins the form with, where it is a value of its field."""
        kept: dict[str, Any] = {}
        for name, value in super().get_changeform_initial_data(request).items():
            try:
                self.form.base_fields[name].clean(value)
            except (KeyError, ValidationError):
                continue
            kept[name] = value
        return kept

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **more: Any
    ) -> Any:
        """Choices are called as their pages call them, for who may open those."""
        if db_field.name in self.get_autocomplete_fields(request):
            more["widget"] = _Choice(db_field, self.admin_site)
        field: Any = super().formfield_for_foreignkey(db_field, request, **more)
        page = self.admin_site._registry.get(db_field.related_model)
        if field is not None and isinstance(page, Page):
            seen = page.has_view_permission(request)
            field.label_from_instance = page.row_name if seen else page.row_number
        return field

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._saved(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The verb has recorded it in the audit."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The verb has recorded it in the audit."""

    def _saved(self, request: HttpRequest, obj: Any) -> HttpResponse:
        messages.success(request, f"Saved: {self.row_name(obj)}.")
        meta = self.opts
        return redirect(f"admin:{meta.app_label}_{meta.model_name}_changelist")

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.save()

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """The verb has written already."""

    def save_related(self, *args: Any) -> None:
        """The verb has written already."""

    def _writes(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)
