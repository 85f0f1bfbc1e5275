"""The rules of access written once more, by brute force and without a database."""

import random
from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from apps.accounts.models import User
from apps.core.errors import AppError
from apps.rbac import assignments, catalog, roles, shares
from apps.rbac.models import Role
from tests.rbac.factories import ThingFactory, person
from tests.rbac.things.models import Thing, ThingGroupShare
from tests.rbac.things.resources import CHANGE, DELETE, VIEW

OWN = frozenset({VIEW, CHANGE, DELETE})
# With the words for a thing, permissions that roles bring and none has an object.
ACTIONS = (VIEW, CHANGE, DELETE, catalog.Permission.LANE_VIEW, "things.thing.add")
ALL = "all"
GIVEN = {"view": {VIEW}, "edit": {VIEW, CHANGE}}


@dataclass
class World:
    """The same state twice: in the tables, and here in dictionaries."""

    dice: random.Random
    people: list[User]
    things: list[Thing]
    parents: dict[str, set[str]] = field(default_factory=dict)
    grants: dict[str, set[str]] = field(default_factory=dict)
    held: set[tuple[int, str]] = field(default_factory=set)
    shared: dict[tuple[int, int], str] = field(default_factory=dict)
    shared_with_roles: set[tuple[str, int]] = field(default_factory=set)
    inactive: set[int] = field(default_factory=set)

    @classmethod
    def make(cls, seed: int) -> "World":
        dice = random.Random(seed)
        boss = person("administrator")
        people = [boss, *[person() for _ in range(11)]]
        things = [ThingFactory.create(user=dice.choice(people)) for _ in range(20)]
        world = cls(dice, people, things)
        for known in catalog.SYSTEM_ROLES:
            world.parents[known.slug] = set(known.inherits)
            world.grants[known.slug] = {str(each) for each in known.grants}
        world.held.add((boss.pk, "administrator"))
        # Nobody gives more than they have: the boss has what only tests know, too.
        world.parents[ALL], world.grants[ALL] = set(), set(ACTIONS)
        role = _made(ALL)
        role.group.permissions.set([_row(each) for each in ACTIONS])
        assignments.grant(by=None, user=boss, role=role, reason="boss")
        world.held.add((boss.pk, ALL))
        return world

    def allows(self, user: User | None, action: str, thing: Thing | None) -> bool:
        if user is None or user.pk in self.inactive:
            return False
        mine = self._closure(user)
        if any(action in self.grants[slug] for slug in mine):
            return True
        if thing is None:
            return False
        if thing.user_id == user.pk and action in OWN:
            return True
        level = self.shared.get((user.pk, thing.pk))
        if level and action in GIVEN[level]:
            return True
        return action == VIEW and any(
            (slug, thing.pk) in self.shared_with_roles for slug in mine
        )

    def change(self) -> None:
        """One random change, to both."""
        self.dice.choice(
            [
                self._grant,
                self._grant,
                self._revoke,
                self._new_role,
                self._reshape,
                self._share,
                self._share,
                self._unshare,
                self._share_with_role,
                self._suspend,
            ]
        )()

    def _closure(self, user: User) -> set[str]:
        found: set[str] = set()
        waiting = [catalog.BASE, *[slug for pk, slug in self.held if pk == user.pk]]
        while waiting:
            slug = waiting.pop()
            if slug not in found:
                found.add(slug)
                waiting.extend(self.parents[slug])
        return found

    def _anybody(self) -> User:
        return self.dice.choice(self.people[1:])

    def _role(self) -> Role:
        return Role.objects.get(slug=self.dice.choice(sorted(self.parents)))

    def _grant(self) -> None:
        user, role = self._anybody(), self._role()
        if role.slug == catalog.BASE:
            return
        assignments.grant(by=None, user=user, role=role, reason="random")
        self.held.add((user.pk, role.slug))

    def _revoke(self) -> None:
        others = sorted(pair for pair in self.held if pair[0] != self.people[0].pk)
        if others:
            pk, slug = self.dice.choice(others)
            role, user = Role.objects.get(slug=slug), User.objects.get(pk=pk)
            assignments.revoke(by=None, user=user, role=role, reason="random")
            self.held.discard((pk, slug))

    def _new_role(self) -> None:
        slug = f"r{len(self.parents)}"
        if len(self.parents) < 12:
            role = _made(slug)
            self.parents[slug], self.grants[slug] = set(), set()
            self._give(role)

    def _give(self, role: Role) -> None:
        chosen = set(self.dice.sample(ACTIONS, self.dice.randint(0, 2)))
        rows = [_row(each) for each in chosen]
        role.group.permissions.set(rows)
        self.grants[role.slug] = chosen

    def _reshape(self) -> None:
        own = list(Role.objects.filter(is_system=False).exclude(slug=ALL))
        if not own:
            return
        role = self.dice.choice(own)
        parents = self.dice.sample(sorted(self.parents), self.dice.randint(0, 2))
        boss = User.objects.get(pk=self.people[0].pk)
        permissions = [catalog.Permission.LANE_VIEW] if self.dice.random() < 0.5 else []
        try:
            roles.change(
                by=boss,
                role=role,
                permissions=permissions,
                inherits=Role.objects.filter(slug__in=parents),
            )
        except AppError:
            # A circle: nothing may have changed.
            return
        self.parents[role.slug] = set(parents)
        self.grants[role.slug] = {str(each) for each in permissions}

    def _share(self) -> None:
        thing, user = self.dice.choice(self.things), self._anybody()
        level = self.dice.choice(["view", "edit"])
        if thing.user_id != user.pk:
            shares.share(by=thing.user, obj=thing, user=user, level=level)
            self.shared[user.pk, thing.pk] = level

    def _unshare(self) -> None:
        if self.shared:
            pk, key = self.dice.choice(sorted(self.shared))
            thing = Thing.objects.get(pk=key)
            user = User.objects.get(pk=pk)
            shares.revoke(by=thing.user, obj=thing, user=user)
            del self.shared[pk, key]

    def _share_with_role(self) -> None:
        role, thing = self._role(), self.dice.choice(self.things)
        ThingGroupShare.objects.get_or_create(
            group=role.group, permission=_row(VIEW), content_object=thing
        )
        self.shared_with_roles.add((role.slug, thing.pk))

    def _suspend(self) -> None:
        user = self._anybody()
        self.inactive ^= {user.pk}
        is_active = user.pk not in self.inactive
        User.objects.filter(pk=user.pk).update(is_active=is_active)


def _made(slug: str) -> Role:
    group = Group.objects.create(name=f"role:{slug}")
    return Role.objects.create(slug=slug, name=slug, group=group)


def _row(action: str) -> Permission:
    name = catalog.parts(action)
    if name.subject == "thing":
        kind = ContentType.objects.get_for_model(Thing)
    else:
        kind = ContentType.objects.get(app_label=name.app, model=name.subject)
    return Permission.objects.get(codename=name.codename, content_type=kind)
