"""Examples of lists."""

from apps.core.example import Example, Id, page

LIST = {
    "id": "01978c2e-4fbf-7d41-b6a0-5f2e9c8d7a33",
    "name": "Shopping",
    "owner": None,
    "open": 1,
    "created_at": "2026-12-01T14:00:00Z",
    "updated_at": "2026-12-01T14:00:00Z",
}
ITEM = {
    "id": "01978c2e-50e2-7d41-b6a0-5f2e9c8d7a3a",
    "text": "milk",
    "is_done": False,
    "due_on": None,
    "created_at": "2026-12-01T14:00:00Z",
    "done_at": None,
}

EXAMPLES = (
    Example("GET lists", page(LIST)),
    Example(
        "POST lists",
        {**LIST, "id": "0197a3f0-5b03-7c3e-9a41-6d2f8e0b1c43", "open": 0},
        body={"name": "Shopping"},
    ),
    Example("GET lists/{public_id}", LIST),
    Example(
        "PATCH lists/{public_id}",
        {**LIST, "name": "Groceries"},
        body={"name": "Groceries"},
    ),
    Example("DELETE lists/{public_id}"),
    Example("POST lists/{public_id}/clear"),
    Example("GET lists/{public_id}/items", page(ITEM)),
    Example(
        "POST lists/{public_id}/items",
        page(
            {
                **ITEM,
                "id": "0197a3f0-5b04-7c3e-9a41-6d2f8e0b1c44",
                "text": "bread",
                "due_on": "2026-12-05",
            },
            {
                **ITEM,
                "id": "0197a3f0-5b05-7c3e-9a41-6d2f8e0b1c45",
                "text": "eggs",
                "due_on": "2026-12-05",
            },
        ),
        body={"texts": ["bread", "eggs"], "due_on": "2026-12-05"},
    ),
    Example(
        "PATCH lists/{public_id}/items/{item}",
        {**ITEM, "is_done": True, "done_at": "2026-12-01T14:00:00Z"},
        body={"is_done": True},
    ),
    Example("DELETE lists/{public_id}/items/{item}"),
)
IDS = (
    Id("lists/{public_id}", "01978c2e-4fbf-7d41-b6a0-5f2e9c8d7a33"),
    Id("lists/{public_id}/items/{item}", "01978c2e-50e2-7d41-b6a0-5f2e9c8d7a3a"),
)
