"""`fakeredis` as a server process, where no Redis was found.

`python -m config.embedded.fake_redis PORT`. Slow, keeps nothing, and knows no password: its HELLO ignores the one that redis-py
sends with it. It listens on loopback only, for a developer alone on a machine.
"""

import sys

from fakeredis import TcpFakeServer


def main(port: int) -> None:
    server = TcpFakeServer(("127.0.0.1", port))
    server.daemon_threads = True  # SIGTERM does not wait for clients
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
