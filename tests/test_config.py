"""Settings come from TRACKER_* variables, and a bad one is named."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tracker.config import MIN_SECRET_LENGTH, Settings, SettingsError, crawler_environment


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKER_PORT", "http"),
        ("TRACKER_PORT", "70000"),
        ("TRACKER_SECRET_KEY", "short"),
        ("TRACKER_LOG_LEVEL", "LOUD"),
        ("TRACKER_WEB_THREADS", "0"),
        ("TRACKER_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_value_is_an_error_that_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        Settings.from_env()


def test_the_default_database_is_a_file_of_the_home_folder(tmp_path: Path):
    assert Settings.from_env().database == f"sqlite:///{tmp_path / 'home' / 'tracker.db'}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_address_gets_the_driver_that_is_installed(
    scheme: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"{scheme}://u@h/d")
    assert Settings.from_env().database == "postgresql+psycopg://u@h/d"


def test_the_home_folder_and_its_secrets_are_the_owners_only():
    settings = Settings.from_env()
    assert len(settings.signing_key) >= MIN_SECRET_LENGTH
    assert settings.customer_key_secret != settings.signing_key.encode()
    assert stat.S_IMODE(settings.home_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((settings.home_dir / "secret_key").stat().st_mode) == 0o600


def test_a_secret_is_made_once_however_many_processes_start_together():
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings.from_env().signing_key, range(32)))
    assert len(keys) == 1
    assert Settings.from_env().signing_key in keys


def test_a_damaged_secret_is_an_error_and_not_a_weak_key():
    settings = Settings.from_env()
    (settings.home_dir / "secret_key").write_text("x")
    with pytest.raises(SettingsError, match="secret_key"):
        _ = settings.signing_key


def test_the_site_address_has_no_trailing_slash(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRACKER_PUBLIC_URL", "https://t.example.com/")
    assert Settings.from_env().site_url == "https://t.example.com"


@pytest.mark.parametrize(
    ("contact", "public_url", "agent"),
    [
        ("", "", "CampaignTrackerBot/1.0"),
        ("", "https://t.example.com", "CampaignTrackerBot/1.0 (+https://t.example.com)"),
        ("bot@example.com", "https://t.example.com", "CampaignTrackerBot/1.0 (+bot@example.com)"),
        ("a@b.example)\r\nCookie: x", "", "CampaignTrackerBot/1.0 (+a@b.exampleCookie: x)"),
    ],
)
def test_spiders_say_who_they_are_and_whom_to_write_to(contact, public_url, agent):
    assert Settings(crawl_contact=contact, public_url=public_url).crawl_agent == agent


def test_a_crawling_process_is_told_no_setting_and_no_proxy(monkeypatch):
    monkeypatch.setenv("TRACKER_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    names = set(crawler_environment())
    assert not {name for name in names if "TRACKER" in name or "PROXY" in name.upper()}
