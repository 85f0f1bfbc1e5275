"""Google, YouTube, Microsoft and Notion in one small server, for demonstrations and tests.

It stands alone: no Django, nothing of the product. Each provider answers at its real
paths on one origin, so that a `<PROVIDER>_BASE_URL` is all that has to change. People,
scopes, codes and tokens are held to the providers' rules; what is created stays.

`python -m apps.integrations.simulator --port 9000 --state FILE`
"""
