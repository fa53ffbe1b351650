import os
import time
from collections import namedtuple
from datetime import UTC, datetime

import pytest

from tests.factories import UserFactory, using
from tracker.config import Settings
from tracker.supervisor import checkup
from tracker.supervisor.checkup import check_clock, check_disk, findings, is_well


def by_name(settings):
    return {finding.check: finding for finding in findings(settings)}


def test_an_installation_with_everything_in_place_is_well(settings, database):
    with database.write() as session, using(session):
        UserFactory()
    found = by_name(settings)
    assert is_well(list(found.values()))
    assert {found[name].status for name in ("database", "schema", "users", "journal")} == {"ok"}
    assert found["queue quick"].detail == "0 waiting, 0 worker(s)"
    assert "jobs.worker quick" in found["queue quick"].advice


def test_an_installation_without_tables_is_not_well(empty_database_url, tmp_path):
    found = by_name(Settings(home=tmp_path, database_url=empty_database_url))
    assert found["schema"].status == "failed"


def test_a_database_that_is_not_there_is_not_well(tmp_path):
    nowhere = f"postgresql://nobody@/nothing?host={tmp_path}"
    found = by_name(Settings(home=tmp_path / "home", database_url=nowhere))
    assert found["database"].status == "failed"
    assert found["database"].advice


def test_a_queue_that_does_not_answer_is_said_and_does_not_stop_the_other_checks(tmp_path):
    found = by_name(Settings(home=tmp_path, redis_url=f"unix://{tmp_path}/nothing"))
    assert found["queue"].status == "warning"
    assert "TRACKER_REDIS_URL" in found["queue"].advice


def test_a_queue_that_drops_jobs_when_full_fails(valkey_server, tmp_path):
    valkey_server.client.config_set("maxmemory-policy", "allkeys-lru")
    found = by_name(Settings(home=tmp_path, redis_url=valkey_server.url))
    assert found["queue"].status == "failed"


def test_events_that_nobody_loads_are_noticed(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path)
    segment = settings.journal_dir / "1700000000000000-7-abc.seg"
    segment.write_bytes(b"x" * 10)
    long_ago = time.time() - 2 * checkup.MAX_BACKLOG_SECONDS
    os.utime(segment, (long_ago, long_ago))
    finding = checkup.check_journal(settings)
    assert finding.status == "warning"
    assert "loader" in finding.advice


@pytest.mark.parametrize(
    ("free", "status"), [(100 * 2**30, "ok"), (2**30, "warning"), (2**20, "failed")]
)
def test_little_room_is_a_warning_and_none_a_failure(tmp_path, monkeypatch, free, status):
    usage = namedtuple("usage", "total used free")(200 * 2**30, 0, free)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    assert check_disk(Settings(home=tmp_path)).status == status


def test_charts_without_a_chinese_font_are_a_warning(monkeypatch):
    assert checkup.check_fonts().detail == "wqy-microhei.ttc"
    monkeypatch.setattr(checkup, "find_chinese_font", lambda: None)
    assert checkup.check_fonts().status == "warning"


def test_a_clock_of_1970_is_wrong():
    assert check_clock(datetime(1970, 1, 2, tzinfo=UTC)).status == "failed"
    assert check_clock().status == "ok"
