"""A provider that answers at once, with a week of a calendar; a token takes a while.

    python -m bench.provider SECONDS

Prints its address. `GET /renewals` says how often a token was renewed.
"""

import asyncio
import json
import sys

EVENTS = json.dumps(
    {
        "kind": "calendar#events",
        "items": [
            {
                "id": f"event{at}",
                "status": "confirmed",
                "summary": f"Appointment number {at}",
                "start": {"dateTime": f"2031-03-03T{at % 24:02}:00:00Z"},
                "end": {"dateTime": f"2031-03-03T{at % 24:02}:30:00Z"},
                "location": "Room 5",
                "htmlLink": f"https://www.google.com/calendar/event?eid=event{at}",
            }
            for at in range(20)
        ],
    }
)
_HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
)


class Provider:
    def __init__(self, seconds: float) -> None:
        self.seconds, self.renewals = seconds, 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                _, _, length = head.partition("content-length: ")
                if length:
                    await reader.readexactly(int(length.split()[0]))
                body = await self._answer(head.split()[1])
                writer.write((_HEAD.format(len(body)) + body).encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, path: str) -> str:
        if path.startswith("/token"):
            self.renewals += 1
            number = self.renewals
            await asyncio.sleep(self.seconds)
            return json.dumps({"access_token": f"token{number}", "expires_in": 3600})
        if path.startswith("/renewals"):
            return json.dumps(self.renewals)
        return EVENTS


async def main() -> None:
    provider = Provider(float(sys.argv[1]))
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
