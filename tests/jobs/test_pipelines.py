"""Jobs that wait for jobs: in order, each once, wherever the processes die."""

import random
import re
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.errors import Conflict, NotFound
from apps.jobs import (
    checks,
    dead_letters,
    graphs,
    pipeline_pages,
    rules,
    runner,
    runs,
)
from apps.jobs.graphs import (
    BadPipeline,
    Edge,
    Needs,
    On,
    Pipeline,
    Step,
    ended,
    failed,
    succeeded,
)
from apps.jobs.models import Job, PipelineRun, StepRun
from apps.jobs.sweeper import sweep
from tests.conftest import Recorded
from tests.jobs import workers
from tests.jobs.chores import tasks as chores
from tests.jobs.chores.models import Effect
from tests.jobs.workers import PLAIN, wait_until
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 25)
BROKEN = chores.go_wrong, ("closed",)


def does(name: str, *after: Edge, needs: Needs = Needs.ALL) -> Step:
    return Step(name, chores.once, (name,), after, needs)


def breaks(name: str, *after: Edge) -> Step:
    return Step(name, chores.go_wrong, ("closed",), after)


def run(*steps: Step, day: date = TODAY) -> PipelineRun:
    started = runs.start(Pipeline("p", steps), day)
    drain()
    started.refresh_from_db()
    return started


def drain() -> None:
    while runner.drain("default"):
        continue


def states(of: PipelineRun) -> dict[str, str]:
    return dict(of.steps.values_list("name", "state"))


def effects() -> list[str]:
    return list(Effect.objects.order_by("id").values_list("name", flat=True))


def test_steps_follow_each_other() -> None:
    done = run(
        does("c", succeeded("a"), succeeded("b")), does("a"), does("b", succeeded("a"))
    )
    assert done.state == "done" and effects() == ["a", "b", "c"]
    assert done.finished_at is not None


def test_what_follows_from_success_failure_and_the_end() -> None:
    done = run(
        breaks("a"),
        does("good", succeeded("a")),
        does("bad", failed("a")),
        does("anyhow", ended("a")),
        does("after good", succeeded("good")),
        does("clear up", ended("good")),
    )
    assert done.state == "failed"
    assert states(done) == {
        "a": "failed",
        "good": "skipped",
        "bad": "done",
        "anyhow": "done",
        "after good": "skipped",
        "clear up": "done",
    }


def test_any_of_several_is_enough_and_none_is_too_few() -> None:
    done = run(
        breaks("a"),
        does("b"),
        does("either", succeeded("a"), succeeded("b"), needs=Needs.ANY),
        does("neither", succeeded("a"), failed("b"), needs=Needs.ANY),
    )
    assert states(done)["either"] == "done" and states(done)["neither"] == "skipped"


def test_a_pipeline_runs_once_a_day() -> None:
    first = run(does("a"))
    assert run(does("a")).pk == first.pk and effects() == ["a"]
    assert run(does("a"), day=TODAY + timedelta(days=1)).pk != first.pk


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((does("a", succeeded("b")), does("b", succeeded("a"))), "wait for each other"),
        ((does("a", succeeded("a")),), "wait for each other"),
        ((does("a"), does("a")), "name of its own"),
        ((does("a", succeeded("x")),), "no step of it"),
        ((), "name of its own"),
    ],
    ids=["circle", "itself", "twice", "unknown", "empty"],
)
def test_what_cannot_run_is_refused_where_it_is_written(
    steps: tuple[Step, ...], words: str
) -> None:
    with pytest.raises(BadPipeline, match=words):
        Pipeline("p", steps)


def test_a_name_that_is_too_long_is_refused_where_it_is_written() -> None:
    longest = "n" * 80
    Pipeline(longest, (does(longest),))
    for name, step in ((longest + "n", "a"), ("p", longest + "n")):
        with pytest.raises(BadPipeline, match="80 letters at most"):
            Pipeline(name, (does(step),))


def test_a_long_name_stays_inside_its_box(ada: User) -> None:
    name = "settle the accounts of everybody " + "n" * 40
    done = run(does(name), does("b", succeeded(name)))
    page = signed_in(ada).get(f"/admin/jobs/pipelinerun/{done.pk}/change/")
    drawn = page.content.decode()
    lines = re.findall(r'<text x="14" y="\d+">([^<]+)</text>', drawn)
    assert "".join(lines).replace(" ", "") == name.replace(" ", "")
    assert max(map(len, lines)) <= pipeline_pages.LETTERS


def test_a_process_does_not_start_with_what_cannot_run(settings: Settings) -> None:
    assert checks.pipelines() == []
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.jobs.circular"]
    (found,) = checks.pipelines()
    assert found.id == "jobs.E001" and "hen" in found.msg


def test_days_that_were_missed_are_caught_up_oldest_first_a_week_at_most() -> None:
    pipeline = Pipeline("nightly", (does("a"),), catches_up=True)
    now = timezone.now()
    runs.start(pipeline, now.date() - timedelta(days=3))
    found = runs._open_days(pipeline, now.date())
    assert found == [now.date() - timedelta(days=back) for back in (2, 1, 0)]
    assert len(runs._open_days(pipeline, now.date() + timedelta(days=90))) == 7
    assert runs._open_days(Pipeline("other", (does("a"),)), now.date()) == [now.date()]


def test_the_nights_work_is_asked_for_by_name() -> None:
    with time_machine.travel("2026-11-25T03:20:00Z", tick=True):
        runs.start_pipeline("night")
    sealed = PipelineRun.objects.get()
    assert (sealed.pipeline, set(states(sealed))) == (
        "night",
        {"seal", "months", "retention"},
    )
    with pytest.raises(NotFound):
        runs.start_pipeline("nobody's")


def test_an_operator_goes_on_without_a_step_that_failed(ada: User) -> None:
    done = run(breaks("a"), does("b", succeeded("a")), does("c", succeeded("b")))
    step = done.steps.get(name="a")
    runs.pass_step(by=ada, step=step, reason="Done by hand")
    drain()
    done.refresh_from_db()
    assert states(done) == {"a": "passed", "b": "done", "c": "done"}
    assert done.state == "done"
    with pytest.raises(Conflict):
        runs.pass_step(by=ada, step=step, reason="Done by hand")


def test_an_operator_runs_it_again_from_a_step(ada: User) -> None:
    done = run(does("a"), does("b", succeeded("a")), does("c", succeeded("b")))
    runs.rerun_from(by=ada, step=done.steps.get(name="b"), reason="New prices")
    drain()
    done.refresh_from_db()
    assert effects() == ["a", "b", "c", "b", "c"] and done.state == "done"
    assert dict(done.steps.values_list("name", "round")) == {"a": 1, "b": 2, "c": 2}


def test_a_dead_step_that_is_sent_back_carries_the_run_on(ada: User) -> None:
    done = run(breaks("a"), does("b", succeeded("a")), does("alarm", failed("a")))
    assert states(done) == {"a": "failed", "b": "skipped", "alarm": "done"}
    job = Job.objects.get(kind="chores.go_wrong")
    Job.objects.filter(pk=job.pk).update(kind="chores.once", arguments=["mended"])
    dead_letters.requeue(by=ada, job=job, reason="The shop is open again")
    drain()
    done.refresh_from_db()
    assert states(done) == {"a": "done", "b": "done", "alarm": "skipped"}
    assert done.state == "done"


def test_a_step_that_is_run_again_leaves_no_dead_letter(
    ada: User, recorded: Recorded
) -> None:
    done = run(breaks("a"), does("b", succeeded("a")))
    old = Job.objects.dead().get()
    done.graph["a"] |= {"kind": "chores.tick", "arguments": []}
    done.save()
    runs.rerun_from(by=ada, step=done.steps.get(name="a"), reason="Mended")
    drain()
    assert states(done) == {"a": "done", "b": "done"}
    old.refresh_from_db()
    assert old.state == "replaced" and old.troubles.count() == 1
    assert rules.every()["jobs.dead_letters"].measure() == 0
    (event,) = recorded("jobs.job.replace")
    assert (event.obj_id, event.actor_id) == (str(old.public_id), ada.pk)
    with pytest.raises(Conflict):
        dead_letters.requeue(by=ada, job=old, reason="Once more")


def test_a_run_that_was_left_in_the_middle_is_found() -> None:
    """The job ended, and its worker died before it could say so to the run."""
    started = runs.start(Pipeline("p", (does("a"), does("b", succeeded("a")))), TODAY)
    Job.objects.update(state="done")
    sweep()
    assert states(started) == {"a": "done", "b": "running"}


def test_the_console_draws_it_and_acts_on_its_steps(ada: User) -> None:
    done = run(breaks("a"), does("b", succeeded("a"), failed("a"), needs=Needs.ANY))
    client: Client = signed_in(ada)
    page = client.get(f"/admin/jobs/pipelinerun/{done.pk}/change/").content.decode()
    assert page.count("<rect ") == 2 and page.count("<line ") == 2
    assert "b: Done, after a has succeeded or a has failed" in page
    steps = f"/admin/jobs/steprun/?run__id__exact={done.pk}"
    assert client.get(steps).status_code == 200
    step = done.steps.get(name="a")
    form = {
        "action": "pass_step",
        "_selected_action": [str(step.pk)],
        "confirm": "yes",
        "reason": "Done by hand",
    }
    assert b"You went on past " in client.post(steps, form, follow=True).content
    step.refresh_from_db()
    assert step.state == "passed"


def expected(graph: Mapping[str, Any], broken: set[str]) -> dict[str, str]:
    """How each step ends, thought out apart from the code."""
    ends: dict[str, str] = {}
    for name in graphs.order(graph):
        fits = {
            "success": ("done",),
            "failure": ("failed",),
            "always": ("done", "failed", "skipped"),
        }
        met = [ends[step] in fits[on] for step, on in graph[name]["after"]]
        enough = any(met) if graph[name]["needs"] == "any" and met else all(met)
        ends[name] = "skipped" if not enough else "failed" if name in broken else "done"
    return ends


def made_up(chance: random.Random) -> tuple[Pipeline, set[str]]:
    count = chance.randint(4, 9)
    names = [f"s{number}" for number in range(count)]
    broken = {name for name in names if chance.random() < 0.2}
    steps = []
    for number, name in enumerate(names):
        before = chance.sample(names[:number], k=min(number, chance.randint(0, 3)))
        after = tuple(Edge(step, chance.choice(list(On))) for step in before)
        needs = chance.choice(list(Needs))
        if name in broken:
            steps.append(Step(name, *BROKEN, after, needs))
        else:
            wait = chance.choice([0, 0, 30])
            steps.append(Step(name, chores.once, (name, wait), after, needs))
    chance.shuffle(steps)
    return Pipeline("made up", tuple(steps)), broken


def test_made_up_graphs_and_workers_killed_at_random() -> None:
    """Every step ends as it should, after what it waits for, and is done once."""
    chance = random.Random(20261125)
    told: list[tuple[PipelineRun, set[str]]] = []
    for number in range(12):
        pipeline, broken = made_up(chance)
        # Names are the run's own, so that effects can be told apart.
        own = tuple(
            (
                Step(
                    s.name,
                    s.kind,
                    (f"{number} {s.name}", *s.arguments[1:]),
                    s.after,
                    s.needs,
                )
                if s.kind is chores.once
                else s
            )
            for s in pipeline.steps
        )
        day = TODAY + timedelta(days=number)
        told.append((runs.start(Pipeline("made up", own), day), broken))

    def settled() -> bool:
        sweep()
        return not PipelineRun.objects.filter(state="running").exists()

    with workers.running(PLAIN, PLAIN) as processes:
        for _ in range(5):
            time.sleep(chance.uniform(0.3, 0.8))
            victim = chance.randrange(2)
            workers.kill(processes[victim])
            processes[victim] = workers.start(PLAIN)
        wait_until(settled, seconds=60)
    counted = Counter(
        Effect.objects.exclude(name__startswith="tried").values_list("name", flat=True)
    )
    assert set(counted.values()) == {1}
    when = dict(Effect.objects.values_list("name", "id"))
    for number, (each, broken) in enumerate(told):
        ends = expected(each.graph, broken)
        assert states(each) == ends
        for name, end in ends.items():
            assert (f"{number} {name}" in when) is (end == "done")
            before = [
                when[f"{number} {step}"] < when[f"{number} {name}"]
                for step, on in each.graph[name]["after"]
                if end == "done" and on == "success" and ends[step] == "done"
            ]
            assert all(before) or (each.graph[name]["needs"] == "any" and any(before))
    assert not StepRun.objects.filter(state__in=["waiting", "running"]).exists()
