"""Pages are found, read, made and added to."""

import pytest

from apps.accounts.models import User
from apps.core.errors import Invalid, NotFound
from apps.integrations import notebooks
from apps.integrations.answers import Busy, FeatureOff, OutcomeUnknown
from apps.integrations.notebooks import Notebook, Unfinished
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

pytestmark = pytest.mark.django_db
APPEND = "/v1/blocks/*/children"


@pytest.fixture
def notebook(alice: User, providers: Simulator) -> Notebook:
    connect(
        alice,
        providers,
        "notion",
        ["pages.read", "pages.write"],
        pages=["Home", "Trip to Lisbon", "Recipes", "Reading notes", "Work journal"],
    )
    (found,) = notebooks.of(alice)
    return found


def test_pages_are_found_by_their_title_over_several_answers(
    notebook: Notebook,
) -> None:
    found = notebook.search(most=7)
    assert len(found) == 7
    assert len({each.id for each in found}) == 7
    (lisbon,) = notebook.search("  lisbon ")
    assert lisbon.title == "Trip to Lisbon"
    assert lisbon.link.startswith("https://www.notion.so/")
    assert lisbon.edited_at is not None
    assert notebook.search("nothing-has-this") == []


def test_a_page_is_read_over_several_answers(notebook: Notebook) -> None:
    page = notebook.create(
        title="Long", text="\n".join(f"Line {at}" for at in range(12))
    )
    assert notebook.read(page.id).splitlines() == [f"Line {at}" for at in range(12)]


def test_a_page_is_made_and_added_to(notebook: Notebook) -> None:
    (home,) = notebook.search("Home")
    page = notebook.create(
        title="  Tea \n party ", text="Lemons\n\nMilk", under=home.id
    )
    assert page.title == "Tea party"
    assert page.link.startswith("https://www.notion.so/")
    notebook.append(page.id, "Sugar 😀" * 300)
    assert notebook.read(page.id) == "Lemons\n\nMilk\n" + "Sugar 😀" * 300
    (found,) = notebook.search("Tea party")
    assert found.id == page.id
    alone = notebook.create(title="By itself")
    assert notebook.read(alone.id) == ""


@pytest.mark.parametrize("kind", ["lose", "truncate", "garbage", "reset"])
def test_what_may_have_been_written_is_not_written_again(
    kind: str, notebook: Notebook, providers: Simulator
) -> None:
    (home,) = notebook.search("Home")
    providers.order("fault", path="/v1/pages", kind=kind)
    with pytest.raises(OutcomeUnknown):
        notebook.create(title="Tea", text="Lemons")
    assert len(providers.requests("/v1/pages")) == 1
    providers.order("fault", path=APPEND, method="PATCH", kind=kind)
    with pytest.raises(OutcomeUnknown):
        notebook.append(home.id, "Milk")
    assert len(providers.requests(method="PATCH")) == 1


def test_a_page_without_its_text_is_said_to_be_one(
    notebook: Notebook, providers: Simulator
) -> None:
    for fault in ({"kind": "lose"}, {"kind": "answer", "status": 400}):
        providers.order("fault", path=APPEND, method="PATCH", **fault)
        with pytest.raises(Unfinished, match="“Tea” was made") as caught:
            notebook.create(title="Tea", text="Lemons")
        assert notebook.read(caught.value.page.id) in ("Lemons", "")


def test_what_was_not_picked_is_not_there(
    bob: User, notebook: Notebook, providers: Simulator
) -> None:
    connect(bob, providers, "notion", ["pages.read", "pages.write"], pages=["Recipes"])
    (theirs,) = notebooks.of(bob)
    assert [each.title for each in theirs.search()] == ["Recipes"]
    (home,) = notebook.search("Home")
    for ask in (
        lambda: theirs.read(home.id),
        lambda: theirs.append(home.id, "x"),
        lambda: theirs.create(title="x", under=home.id),
    ):
        with pytest.raises(NotFound, match="or does not show it"):
            ask()


def test_what_our_app_may_not_do_there_marks_nobody(
    notebook: Notebook, providers: Simulator
) -> None:
    (home,) = notebook.search("Home")
    providers.order("set", capabilities=["read"])
    with pytest.raises(FeatureOff, match="Write pages"):
        notebook.append(home.id, "x")
    notebook.connection.refresh_from_db()
    assert notebook.connection.status == "connected"


def test_it_is_overloaded(notebook: Notebook, providers: Simulator) -> None:
    (home,) = notebook.search("Home")
    body = {"object": "error", "status": 529, "code": "service_overload"}
    headers = {"Retry-After": "7"}
    fault = {"kind": "answer", "status": 529, "body": body, "headers": headers}
    providers.order("fault", path="/v1/search", **fault)
    with pytest.raises(Busy) as caught:
        notebook.search("home")
    assert caught.value.retry_after == 7
    providers.order("fault", path=APPEND, **fault)
    with pytest.raises(OutcomeUnknown):
        notebook.append(home.id, "x")


@pytest.mark.parametrize("title", ["", " \n", "x" * 301])
def test_a_page_has_a_title(
    title: str, notebook: Notebook, providers: Simulator
) -> None:
    providers.order("clear_log")
    with pytest.raises(Invalid, match="title"):
        notebook.create(title=title)
    assert not providers.requests()


@pytest.mark.parametrize("text", [" \n", "x" * 50_001, "x\n" * 101])
def test_what_is_nothing_or_too_long_is_not_written(
    text: str, notebook: Notebook, providers: Simulator
) -> None:
    providers.order("clear_log")
    with pytest.raises(Invalid):
        notebook.append("x", text)
    if text.strip():
        with pytest.raises(Invalid, match="too long"):
            notebook.create(title="Tea", text=text)
    assert not providers.requests()


def test_half_a_character_is_written_nowhere(
    notebook: Notebook, providers: Simulator
) -> None:
    providers.order("clear_log")
    for asks in (
        lambda: notebook.search("\ud83d"),
        lambda: notebook.create(title="\ud83d"),
        lambda: notebook.append("a" * 32, "\ud83d"),
    ):
        with pytest.raises(Invalid, match="nobody can read"):
            asks()
    assert providers.requests() == []
