"""What is recorded, in the words of a page. What is not here is shown by its tag.

Own words are said to whoever did it ("Signed in"); theirs follow on "Somebody from
Switchboard" ("changed your password"); those alone are said where nobody did it, if the
own ones would not do.
"""

from dataclasses import dataclass

# How the actions end that are a look at something.
LOOK = ".view"
# Those of a search in the console by who sees masks alone.
SEARCH = ".search"
# How those end that ask whoever does them why, and say that the person is shown it. Of
# older events an answer of one word stands as if it were a code.
_ASKS_WHY = {
    "done": (".grant", ".revoke", ".suspend", ".restore"),
    "allowed": (".reveal", ".standin.start"),
}


@dataclass(frozen=True)
class Deed:
    own: str
    theirs: str
    alone: str = ""
    # Whether what was looked at follows on theirs.
    is_look: bool = False
    # Theirs has a place for the background work that it was done to.
    is_work: bool = False


# (action, outcome); "done" stands for "allowed" as well.
_DEEDS = {
    ("accounts.session.open", "done"): Deed("Signed in", "signed in to your account"),
    ("accounts.session.open", "denied"): Deed(
        "A sign-in failed", "failed to sign in to your account"
    ),
    ("accounts.session.close", "done"): Deed("Signed out", "signed you out"),
    ("accounts.user.create", "done"): Deed(
        "Created this account", "created this account"
    ),
    ("accounts.user.change", "done"): Deed(
        "Changed the profile or preferences", "changed your profile or preferences"
    ),
    ("accounts.user.close", "done"): Deed("Closed this account", "closed your account"),
    ("accounts.user.reopen", "done"): Deed(
        "Opened this account again by email", "opened your account again"
    ),
    ("accounts.personaltoken.add", "done"): Deed(
        "Made a token for the API", "made a token for the API in your name"
    ),
    ("accounts.personaltoken.delete", "done"): Deed(
        "Took a token for the API back",
        "took a token for the API back",
        alone="A token for the API ended with what happened to the account",
    ),
    ("webhooks.endpoint.add", "done"): Deed("Added a webhook", "added a webhook"),
    ("webhooks.endpoint.change", "done"): Deed(
        "Changed a webhook", "changed a webhook of yours"
    ),
    ("webhooks.endpoint.rotate", "done"): Deed(
        "Gave a webhook a new secret", "gave a webhook of yours a new secret"
    ),
    ("webhooks.endpoint.enable", "done"): Deed(
        "Switched a webhook on", "switched a webhook of yours on"
    ),
    ("webhooks.endpoint.disable", "done"): Deed(
        "Switched a webhook off",
        "switched a webhook of yours off",
        alone="A webhook was switched off",
    ),
    ("webhooks.endpoint.delete", "done"): Deed(
        "Deleted a webhook", "deleted a webhook of yours"
    ),
    ("accounts.export.ask", "done"): Deed(
        "Asked for an export of your data", "asked for an export of your data"
    ),
    ("accounts.export.drop", "done"): Deed(
        "Deleted an export of your data", "deleted an export of your data"
    ),
    ("accounts.export.fetch", "done"): Deed(
        "Fetched an export of your data", "fetched an export of your data"
    ),
    ("accounts.password.change", "done"): Deed(
        "Changed the password", "changed your password"
    ),
    ("accounts.password.set", "done"): Deed("Chose a password", "chose your password"),
    ("accounts.password.send", "done"): Deed(
        "Sent a letter to choose a password", "sent you a letter to choose a password"
    ),
    ("accounts.password.reset", "done"): Deed(
        "The password was reset by email", "reset your password"
    ),
    ("accounts.email.add", "done"): Deed(
        "Added an email address", "added an email address"
    ),
    ("accounts.email.confirm", "done"): Deed(
        "Confirmed an email address", "confirmed an email address"
    ),
    ("accounts.email.confirm", "denied"): Deed(
        "A code for an email address was wrong",
        "gave a wrong code for an email address",
    ),
    ("accounts.email.change", "done"): Deed(
        "Changed the main email address", "changed your main email address"
    ),
    ("accounts.email.remove", "done"): Deed(
        "Removed an email address", "removed an email address"
    ),
    ("accounts.email.revert", "done"): Deed(
        "The earlier email address was put back by its link",
        "put your earlier email address back",
    ),
    ("rbac.roleassignment.grant", "done"): Deed(
        "Gave somebody a role", "gave you a role", "Was given a role"
    ),
    ("rbac.roleassignment.revoke", "done"): Deed(
        "Took back a role", "took back a role of yours", "Lost a role"
    ),
    ("rbac.roleassignment.end", "done"): Deed(
        "A role ran out", "ended a role of yours"
    ),
    ("rbac.roleassignment.add", "denied"): Deed(
        "Was refused to give somebody a role", "tried to give you a role"
    ),
    ("rbac.roleassignment.delete", "denied"): Deed(
        "Was refused to take back a role", "tried to take back a role of yours"
    ),
    ("accounts.user.change", "denied"): Deed(
        "Was refused to change somebody's profile", "tried to change your profile"
    ),
    ("accounts.user.delete", "denied"): Deed(
        "Was refused to close an account", "tried to close your account"
    ),
    ("accounts.user.add", "denied"): Deed(
        "Was refused to invite somebody", "tried to invite you"
    ),
    ("accounts.user.send_reset", "denied"): Deed(
        "Was refused to send a letter to choose a password",
        "tried to send you a letter to choose a password",
    ),
    ("accounts.user.suspend", "denied"): Deed(
        "Was refused to suspend or restore an account",
        "tried to suspend or restore your account",
    ),
    ("accounts.loginsession.delete", "denied"): Deed(
        "Was refused to end a sign-in", "tried to end a sign-in of yours"
    ),
    ("factors.factorstate.reset", "denied"): Deed(
        "Was refused to reset second factors", "tried to reset your second factors"
    ),
    ("accounts.user.panic", "done"): Deed(
        "Ended everything at once", "ended everything at once"
    ),
    ("accounts.user.thaw", "done"): Deed(
        "Came back after ending everything", "opened your account again"
    ),
    ("accounts.user.link_sign_in", "done"): Deed(
        "Linked an account to sign in with",
        "linked an account to sign in with to yours",
    ),
    ("accounts.user.unlink_sign_in", "done"): Deed(
        "Removed an account to sign in with",
        "removed an account that you sign in with",
        alone="An account to sign in with was removed",
    ),
    ("accounts.user.suspend", "done"): Deed(
        "Suspended an account", "suspended your account"
    ),
    ("accounts.user.restore", "done"): Deed(
        "Restored an account", "restored your account"
    ),
    ("accounts.user.view_pii", "done"): Deed(
        "Looked at somebody's addresses", "looked at your addresses and numbers"
    ),
    ("accounts.user.view", "done"): Deed(
        "Looked at somebody's page", "looked at your page in the console"
    ),
    ("rbac.auditevent.export", "done"): Deed(
        "Took away a part of the audit", "took away what was recorded about you"
    ),
    ("rbac.console.enter", "done"): Deed(
        "Opened the console", "opened the console for you"
    ),
    ("rbac.console.enter", "denied"): Deed(
        "Was refused the console", "was refused the console for you"
    ),
    ("sms.inboundtext.reveal", "done"): Deed(
        "Read a text of somebody", "read a text that you sent"
    ),
    ("sms.outboundtext.reveal", "done"): Deed(
        "Read a text to somebody", "read a text that was sent to you"
    ),
    ("assistant.reminder.reveal", "done"): Deed(
        "Read a reminder of somebody", "read a reminder of yours"
    ),
    ("assistant.toolcall.reveal", "done"): Deed(
        "Read what the assistant did for somebody",
        "read what the assistant did for you",
    ),
    ("mfa.code.verify", "done"): Deed(
        "Proved a second factor", "proved a second factor of yours"
    ),
    ("mfa.code.verify", "denied"): Deed(
        "A code was wrong", "gave a wrong code for your account"
    ),
    ("mfa.code.send", "done"): Deed("Was texted a code", "had a code texted to you"),
    ("mfa.factor.add", "done"): Deed(
        "Set up a second factor", "set up a second factor for you"
    ),
    ("mfa.factor.remove", "done"): Deed(
        "Removed a second factor", "removed a second factor of yours"
    ),
    ("mfa.factor.reset", "done"): Deed(
        "Reset the second factors of somebody", "reset your second factors"
    ),
    ("mfa.loss.begin", "done"): Deed(
        "Said that every second factor is lost", "said that your factors are lost"
    ),
    ("mfa.loss.cancel", "done"): Deed(
        "Stopped the removal of second factors",
        "stopped the removal of your second factors",
    ),
    ("mfa.loss.finish", "done"): Deed(
        "Lost second factors were removed", "removed your second factors"
    ),
    ("mfa.trust.add", "done"): Deed("Trusted a browser", "trusted a browser for you"),
    ("mfa.trust.use", "done"): Deed(
        "Signed in from a trusted browser", "signed in from a trusted browser of yours"
    ),
    ("accounts.knownbrowser.delete", "done"): Deed(
        "Forgot a browser", "had a browser of yours forgotten"
    ),
    ("mfa.recovery.regenerate", "done"): Deed(
        "Made new recovery codes", "made new recovery codes for you"
    ),
    ("assistant.reminder.add", "done"): Deed(
        "Set a reminder", "set a reminder for you"
    ),
    ("assistant.reminder.add", "denied"): Deed(
        "Was refused a reminder", "was refused a reminder for you"
    ),
    ("integrations.connection.add", "done"): Deed(
        "Connected an account", "connected an account for you"
    ),
    ("integrations.connection.change", "done"): Deed(
        "Changed what a connection may do", "changed a connection of yours"
    ),
    ("integrations.connection.delete", "done"): Deed(
        "Disconnected an account",
        "disconnected an account of yours",
        alone="An account of yours was disconnected",
    ),
    ("integrations.connection.status", "done"): Deed(
        "A connection stands otherwise than before",
        "made a connection of yours stand otherwise",
    ),
    ("sms.phonenumber.add", "done"): Deed(
        "Noted a phone number", "noted a phone number for you"
    ),
    ("sms.phonenumber.link", "done"): Deed("Linked a phone", "linked a phone for you"),
    ("sms.phonenumber.change", "done"): Deed(
        "Chose the main phone", "chose your main phone"
    ),
    ("sms.phonenumber.delete", "done"): Deed(
        "Removed a phone", "removed a phone of yours"
    ),
    ("sms.phonenumber.confirm", "done"): Deed(
        "Said that a phone is still yours", "said that a phone is still yours"
    ),
    ("sms.phonenumber.restore", "done"): Deed(
        "A phone took itself back by a text", "took a phone of yours back"
    ),
    ("sms.phonenumber.suspend", "done"): Deed(
        "Suspended a phone",
        "suspended a phone of yours",
        alone="A phone was suspended: its carrier says that it was given up",
    ),
    ("sms.phonenumber.transfer", "done"): Deed(
        "Linked a phone of somebody",
        "linked a phone of yours to another account",
        alone="A phone of yours was linked to another account",
    ),
    ("accounts.standin.start", "done"): Deed(
        "Began to look at somebody's pages for them",
        "began to look at your pages as you see them",
    ),
    ("accounts.standin.start", "denied"): Deed(
        "Was refused somebody's pages", "tried to look at your pages as you see them"
    ),
    ("accounts.standin.look", "done"): Deed(
        "Looked at a page of somebody", "looked at a page of yours"
    ),
    ("accounts.standin.look", "denied"): Deed(
        "Was refused a page of somebody",
        "tried to do something in your place and was refused",
    ),
    ("accounts.standin.stop", "done"): Deed(
        "Stopped looking at somebody's pages", "stopped looking at your pages"
    ),
    ("jobs.job.cancel", "done"): Deed(
        "Cancelled background work", "cancelled {work}", is_work=True
    ),
    ("jobs.job.change", "done"): Deed(
        "Had background work tried again", "had {work} tried again", is_work=True
    ),
    ("jobs.job.delete", "done"): Deed(
        "Dropped background work that had failed",
        "dropped {work}, which had failed",
        is_work=True,
    ),
    ("jobs.unwantedletters.add", "done"): Deed(
        "Unsubscribed from letters", "unsubscribed you from letters"
    ),
    ("jobs.unwantedletters.delete", "done"): Deed(
        "Subscribed to letters again", "subscribed you to letters again"
    ),
}


def deed(action: str, outcome: str) -> Deed:
    plain = "done" if outcome == "allowed" else outcome
    return _DEEDS.get((action, plain)) or _unknown(action, plain)


def asks_why(action: str, outcome: str) -> bool:
    return action.endswith(_ASKS_WHY.get(outcome, ()))


def _unknown(action: str, outcome: str) -> Deed:
    """A look is told in words whatever was looked at; the rest by its tag."""
    if action.endswith(SEARCH):
        if outcome == "denied":
            return Deed("Was refused a search", "searched for you too often")
        return Deed("Searched for somebody or something", "searched for you")
    is_look = action.endswith(LOOK)
    if outcome == "denied":
        tried = "tried to look at" if is_look else f"was refused: {action}"
        return Deed(f"Refused: {action}", tried, is_look=is_look)
    if outcome == "failed":
        return Deed(f"Failed: {action}", f"failed: {action}", is_look=is_look)
    if is_look:
        return Deed(f"Looked: {action}", "looked at", is_look=True)
    return Deed(action, f"did this: {action}")
