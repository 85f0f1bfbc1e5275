"""What the operations of the API are about, in the order of its page: signing in, what is
a person's own, then what is for operators."""

DESCRIPTION = (
    "One phone number, everyone's own assistant behind it. Conventions, errors and how"
    " to sign in are in `docs/api.md`, and `docs/spa.md` leads an app from sign-up to"
    " its first message. *Try it out* asks in your own name, by the cookie of your"
    " sign-in."
)
_WORDS = {
    "Configuration": "What signing in looks like here.",
    "Authentication: Account": "Sign up, prove an address, sign in.",
    "Authentication: Password Reset": "A new password by letter.",
    "Authentication: 2FA": "The second step, and a fresh proof of it.",
    "Authentication: WebAuthn: Login": "Passkeys in place of a password or a code.",
    "Authentication: Providers": "Signing in with an account elsewhere.",
    "Authentication: Current Session": "Who is signed in; sign out.",
    "Tokens": "The next pair of tokens of an app.",
    "Account: Email": "Addresses of an account.",
    "Account: Password": "Another password.",
    "Account: Providers": "Accounts elsewhere that sign one in.",
    "Account: 2FA": "Factors as allauth knows them; the others are `me/mfa`.",
    "Account: WebAuthn": "Passkeys: added, renamed, removed.",
    "me": "Profile, preferences, sign-ins, factors, exports, activity.",
    "phones": "Numbers, and how each is proved.",
    "messages": "What was said and done, and something to say.",
    "conversations": "The same, by phone.",
    "reminders": "Set by words or by a moment, once or by a rule.",
    "lists": "Lists and what is on them.",
    "notes": "Notes, and a page elsewhere that they are kept in step with.",
    "events": "The calendar, and those elsewhere that it is kept in step with.",
    "in-step": "Pause, resume or compare anew, and have back what lost.",
    "shares": "What is offered to and shared with others.",
    "memory": "What is remembered for the assistant.",
    "approvals": "What waits for a yes.",
    "features": "Switched on and off.",
    "notifications": "What needs to be seen.",
    "connections": "Accounts elsewhere.",
    "providers": "What can be connected.",
    "consents": "What was asked and said, in the words of then.",
    "usage": "Texts, costs and times.",
    "tokens": "Personal tokens, for programs of one's own.",
    "webhooks": "Programs of one's own that are told.",
    "figures": "Usage of all, for operators.",
    "admin users": "People, their roles, sign-ins, factors and more.",
    "admin roles": "Roles, who holds them, and their limits.",
    "admin permissions": "What a role may be allowed.",
    "admin audit": "What was decided and done.",
    "admin sms": "Texts, turns and calls, each followed end to end.",
    "admin phones": "Numbers of everybody.",
    "admin oauth": "Providers, connections and what happened with them.",
    "admin jobs": "Background work and dead letters.",
    "admin alerts": "What is wrong, and the rules for it.",
}
TAGS = [{"name": name, "description": words} for name, words in _WORDS.items()]
