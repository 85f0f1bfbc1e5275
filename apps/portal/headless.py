"""What signing in looks like here, told as allauth tells it, with accounts elsewhere:
they are in no table of its own."""

import json
from typing import Any

from allauth.headless.base.views import ConfigView
from allauth.headless.constants import Client
from django.http import HttpRequest, HttpResponse

from apps.accounts.headless import doors
from apps.integrations import sign_in
from apps.integrations.headless import told


class Config(ConfigView):  # type: ignore[misc]  # untyped package
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().get(request, *args, **kwargs)
        if self.client == Client.BROWSER:
            body = json.loads(answer.content)
            known = [told(each) for each in sign_in.offered()]
            body["data"]["socialaccount"]["providers"] = known
            answer.content = json.dumps(body).encode()
        return answer


_VIEWS = {"config": Config}

urlpatterns = [*doors(Client.BROWSER, _VIEWS), *doors(Client.APP, _VIEWS)]
