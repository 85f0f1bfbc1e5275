"""PostgreSQL and Redis for a machine that has neither, and the `make run` around them.

A listing: `stack` starts and stops the servers, `run` adds web, worker and beat, and
`providers` where no real ones are set up; `group` keeps web, worker and beat alive and
`revival` the servers, `processes` makes sure that nothing outlives us.
"""

from config.embedded.errors import CannotStart
from config.embedded.stack import servers

__all__ = ["CannotStart", "servers"]
