"""Google, YouTube, Microsoft and Notion played on this machine, to try connections."""

import signal
import sys

from config.embedded.server import Server, has_page
from config.env import env

NAMES = ("GOOGLE", "YOUTUBE", "MICROSOFT", "NOTION")


class Providers(Server):
    label = "The provider simulator"
    name = "providers"
    variable = "PROVIDER_SIMULATOR_URL"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        self.folder.private(self.name)
        program = [sys.executable, "-m", "apps.integrations.simulator"]
        state = str(self.home / "state.json")
        return [*program, "--port", str(self.port), "--state", state]

    def answers(self) -> bool:
        return has_page(self.port, "/")


def are_wanted() -> bool:
    """On a laptop where no real provider is set up."""
    given = [env.str(f"{name}_CLIENT_ID", default="") for name in NAMES]
    return env.yes_or_no("DEBUG", default=True) and not any(given)
