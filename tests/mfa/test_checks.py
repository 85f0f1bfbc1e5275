"""Settings that would open a second door are refused at start-up."""

from pytest_django import Settings

from apps.mfa import checks


def test_the_settings_we_ship_are_sound() -> None:
    assert checks.stage() == [] and checks.kinds() == []


def test_without_our_stage_the_site_does_not_start(settings: Settings) -> None:
    for swapped in ({}, {"allauth.mfa.stages.AuthenticateStage": "apps.mfa.nowhere"}):
        settings.ACCOUNT_LOGIN_STAGES = swapped
        assert [found.id for found in checks.stage()] == ["mfa.E001"]


def test_allauths_own_codes_are_refused(settings: Settings) -> None:
    settings.MFA_SUPPORTED_TYPES = ["webauthn", "totp"]
    assert [found.id for found in checks.kinds()] == ["mfa.E002"]
