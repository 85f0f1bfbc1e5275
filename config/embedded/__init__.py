"""PostgreSQL and Redis for a machine that has neither, and the `make run` around them.

A listing: `stack` starts and stops the two servers, `run` adds web, worker and beat,
`group` keeps those three alive and `revival` the servers, `processes` makes sure that
nothing outlives us.
"""

from config.embedded.errors import CannotStart
from config.embedded.stack import servers

__all__ = ["CannotStart", "servers"]
