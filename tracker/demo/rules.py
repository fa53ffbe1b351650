"""Rules and a schedule of the demo brand, as its marketer would have made them. They have no
destination: nothing of a demo is sent anywhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.models import Workspace
from tracker.reports.alert_figures import read_rule
from tracker.reports.tables import TABLES
from tracker.services import alert_rules, schedules
from tracker.services.alert_rules import KINDS
from tracker.services.alerts import apply_readings
from tracker.services.schedules import ScheduleTerms

MADE = ("roi_below", "refund_above", "code_spike", "spend_without_orders", "price_drop")
TITLE = "每周经营报告"


def add_rules(session: Session, workspace: Workspace, now: datetime) -> None:
    """Make the usual rules and read them once, and a weekly report, which is paused: a demo shall
    write no files by itself."""
    for kind in MADE:
        rule = alert_rules.create_rule(session, workspace, kind, KINDS[kind].usual, now)
        apply_readings(session, rule, read_rule(session, workspace, rule, now), now)
    terms = ScheduleTerms(
        title=TITLE, content="report", every="week", formats=("pdf", "csv"), locale="zh_CN",
        to_folder=True,
    )  # fmt: skip
    made = schedules.save_schedule(session, workspace, terms, now, tables=TABLES)
    schedules.set_active(session, workspace, made, False, now)
