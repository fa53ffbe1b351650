from sqlalchemy import select

from tracker.models import AuditEntry
from tracker.services import audit


def test_entry_says_who_did_what(session):
    audit.note(session, "coupon.leaked", "lina10", user_id=4, since="2026-11-11")
    session.flush()
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.user_id) == ("coupon.leaked", "lina10", 4)
    assert entry.detail == {"since": "2026-11-11"}
