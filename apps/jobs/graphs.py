"""What a pipeline is made of: steps, and what each waits for. No database here.

    Pipeline("night", (
        Step("seal", seal_audit),
        Step("months", turn_audit_months, after=(succeeded("seal"),)),
        Step("tell", tell, after=(failed("seal"),), needs=Needs.ANY),
    ))

Each app names its own in `pipelines.py`, a tuple `PIPELINES`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any

from apps.core import shelves
from apps.core.kinds import Kind


class On(StrEnum):
    """What the end of the step before has to be."""

    SUCCESS = "success"
    FAILURE = "failure"
    ALWAYS = "always"


# Of a name: a run of it is a row.
LONGEST_NAME = 80


class Needs(StrEnum):
    """How many of the steps before have to end so."""

    ALL = "all"
    ANY = "any"


class End(StrEnum):
    """How a step ended. Passed: an operator said to go on as if it had succeeded;
    skipped: what it waited for cannot happen any more."""

    DONE = "done"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    READY = "ready"
    WAIT = "wait"
    SKIP = "skip"


class BadPipeline(ValueError):
    """It cannot be run as it is written; the message says why."""


@dataclass(frozen=True)
class Edge:
    step: str
    on: On


def succeeded(step: str) -> Edge:
    return Edge(step, On.SUCCESS)


def failed(step: str) -> Edge:
    return Edge(step, On.FAILURE)


def ended(step: str) -> Edge:
    return Edge(step, On.ALWAYS)


@dataclass(frozen=True)
class Step:
    name: str
    kind: Kind[Any]
    arguments: tuple[Any, ...] = ()
    after: tuple[Edge, ...] = ()
    needs: Needs = Needs.ALL


@dataclass(frozen=True)
class Pipeline:
    """Runs once a day; raises BadPipeline where it is written when it cannot.

    `catches_up`: days that were missed are run as well, oldest first, a week at most.
    """

    name: str
    steps: tuple[Step, ...]
    catches_up: bool = False

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if not names or len(set(names)) < len(names):
            raise BadPipeline(f"{self.name}: every step needs a name of its own")
        for name in (self.name, *names):
            if len(name) > LONGEST_NAME:
                raise BadPipeline(f"{name}: a name has {LONGEST_NAME} letters at most")
        for step in self.steps:
            for edge in step.after:
                if edge.step not in names:
                    raise BadPipeline(
                        f"{self.name}: {step.name} waits for {edge.step}, which is no"
                        " step of it"
                    )
        order(self.graph())

    def graph(self) -> dict[str, Any]:
        """As kept with a run: a release in the middle of it changes nothing."""
        return {
            step.name: {
                "kind": step.kind.name,
                "arguments": list(step.arguments),
                "after": [[edge.step, edge.on] for edge in step.after],
                "needs": step.needs,
            }
            for step in self.steps
        }


def every() -> dict[str, Pipeline]:
    return {each.name: each for each in shelves.across_apps("pipelines", "PIPELINES")}


def order(graph: Mapping[str, Any]) -> list[str]:
    """The steps, each after those it waits for. Raises BadPipeline for a circle."""
    before = {name: [edge[0] for edge in step["after"]] for name, step in graph.items()}
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise BadPipeline(f"steps wait for each other: {circle}") from error


def verdict(step: Mapping[str, Any], ends: Mapping[str, End]) -> Verdict:
    """Whether a step may begin, by how others have ended so far."""
    met = [_is_met(edge[1], ends.get(edge[0])) for edge in step["after"]]
    if step["needs"] == Needs.ANY and met:
        if True in met:
            return Verdict.READY
        return Verdict.WAIT if None in met else Verdict.SKIP
    if False in met:
        return Verdict.SKIP
    return Verdict.WAIT if None in met else Verdict.READY


def downstream(graph: Mapping[str, Any], step: str) -> set[str]:
    """The step, and all that wait for it, near or far."""
    found = {step}
    for name in order(graph):
        if any(edge[0] in found for edge in graph[name]["after"]):
            found.add(name)
    return found


def layers(graph: Mapping[str, Any]) -> list[list[str]]:
    """For drawing: each step one layer below the lowest it waits for."""
    depth: dict[str, int] = {}
    for name in order(graph):
        before = [depth[edge[0]] for edge in graph[name]["after"]]
        depth[name] = max(before, default=-1) + 1
    found: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name, at in depth.items():
        found[at].append(name)
    return found


def has_failed(ends: Collection[End]) -> bool:
    return End.FAILED in ends


def _is_met(on: str, end: End | None) -> bool | None:
    """None while it is open."""
    if end is None:
        return None
    if on == On.SUCCESS:
        return end in (End.DONE, End.PASSED)
    return end == End.FAILED if on == On.FAILURE else True
