"""A list of rows asks only what its own filters offer."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from apps.core.errors import Invalid


class RowList(ChangeList):
    """Django takes any lookup into the table, and follows relations of what is filtered
    by: that would read hidden words by guesses, letter by letter."""

    def get_filters(self, request: HttpRequest) -> Any:
        found = super().get_filters(request)
        # What no filter has taken for its own.
        if found[2]:
            raise Invalid("This list has no such filter.")
        return found
