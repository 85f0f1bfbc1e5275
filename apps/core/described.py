"""What the OpenAPI schema says of an operation because of how its view is marked."""

import re
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from apps.core import deprecation, once
from apps.core.paging import Whole

_HEADER: Literal["header"] = "header"


class Described(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        return [
            *super().get_override_parameters(),
            *self._once(),
            *self._versions(),
            *self._deprecation(),
            *self._query(),
        ]

    def get_tags(self) -> list[str]:
        """The first word of the address; operators' operations are many, and stand by
        what they are about."""
        words = self._tokenize_path()
        return [" ".join(words[:2] if words[0] == "admin" else words[:1])]

    def get_summary(self) -> str | None:
        """For its row on the page: the first sentence of what it says."""
        said = " ".join(str(self.get_description()).split())
        first = re.split(r"(?<=[.;:])\s", said, maxsplit=1)[0]
        return first.rstrip(".;:") or None

    def is_deprecated(self) -> bool:
        return deprecation.of(type(self.view), self.method) is not None

    def _get_request_body(self, direction: str = "request") -> Any:
        """Of a DELETE too, where its handler says that it takes one (RFC 9110 §9.3.5)."""
        if self.method != "DELETE" or not getattr(self._handler(), "takes_body", False):
            return self._body(direction)
        self.method = "POST"
        try:
            return self._body(direction)
        finally:
            self.method = "DELETE"

    def _body(self, direction: str) -> Any:
        return super()._get_request_body(direction)  # type: ignore[no-untyped-call]  # untyped package

    def _get_paginator(self) -> Any:
        """Several rows are always of the shape of a list. Only what is read comes in
        pages: what a POST there has made comes whole."""
        of_view = getattr(self.view, "pagination_class", None) or Whole
        return of_view() if self.method == "GET" else Whole()

    def _query(self) -> list[OpenApiParameter]:
        if self.method != "GET":
            return []
        found = []
        if orderings := list(getattr(self.view, "orderings", ())):
            found.append(OpenApiParameter("ordering", enum=orderings))
        if (row := getattr(self.view, "sparse", None)) is not None:
            names = list(row().fields)
            asked = OpenApiParameter(
                "fields",
                many=True,
                enum=names,
                style="form",
                explode=False,
                description="These alone, with commas between them.",
            )
            found.append(asked)
        return found

    def _deprecation(self) -> list[OpenApiParameter]:
        declared = deprecation.of(type(self.view), self.method)
        return [
            OpenApiParameter(name, OpenApiTypes.STR, _HEADER, response=True)
            for name in (declared.headers if declared else ())
        ]

    def _handler(self) -> Any:
        return getattr(type(self.view), self.method.lower(), None)

    def _once(self) -> list[OpenApiParameter]:
        declared = once.of(self._handler())
        if declared is None or not declared.is_once:
            return []
        answer = " The answer shows a secret: 409 `shown_once`, never a replay."
        return [
            OpenApiParameter(
                once.HEADER,
                {"type": "string", "minLength": 1, "maxLength": once.LONGEST},
                _HEADER,
                description="With the same key it is done once in 24 hours, and answered"
                f" the same again.{answer if declared.shows_secret else ''}",
            ),
            OpenApiParameter(
                once.REPLAYED,
                OpenApiTypes.STR,
                _HEADER,
                description="`true` on an answer that was kept.",
                response=True,
            ),
        ]

    def _versions(self) -> list[OpenApiParameter]:
        handler = self._handler()
        etag = OpenApiParameter(
            "ETag",
            OpenApiTypes.STR,
            _HEADER,
            description="The version of what is answered.",
            response=True,
        )
        if getattr(handler, "is_tagged", False):
            return [_asked("If-None-Match", "304 where it is of this version."), etag]
        if getattr(handler, "is_guarded", False):
            words = "412 `precondition_failed` unless it is still of this version."
            return [_asked("If-Match", words), etag]
        return []


def _asked(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, _HEADER, description=words)
