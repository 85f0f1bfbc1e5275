"""The limit of a drain: claim a row, hand an answer over, mark it done, until none is
left. No owner, no lane, no money, no words understood: `python -m bench.bare_drain`.
"""

import base64
import http.client
import json
import os
from urllib.parse import urlencode, urlsplit

import psycopg

_CLAIM = (
    "SELECT id, number FROM bare_inbox WHERE reply IS NULL ORDER BY id LIMIT 1"
    " FOR UPDATE SKIP LOCKED"
)
_DONE = "UPDATE bare_inbox SET reply = %s, reply_sid = %s WHERE id = %s"


def main() -> None:
    account, token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
    proof = base64.b64encode(f"{account}:{token}".encode()).decode()
    headers = {
        "Authorization": f"Basic {proof}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    path = f"/2010-04-01/Accounts/{account}/Messages.json"
    carrier = http.client.HTTPConnection(urlsplit(os.environ["TWILIO_API_BASE"]).netloc)
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        while row := database.execute(_CLAIM, prepare=True).fetchone():
            form = {"To": row[1], "From": os.environ["TWILIO_NUMBER"], "Body": "Done."}
            carrier.request("POST", path, urlencode(form), headers)
            sid = json.loads(carrier.getresponse().read())["sid"]
            database.execute(_DONE, (form["Body"], sid, row[0]), prepare=True)
            database.commit()


if __name__ == "__main__":
    main()
