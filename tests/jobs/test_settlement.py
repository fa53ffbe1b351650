from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs.settlement import approve_commissions
from tests import factories
from tracker.models import CommissionRow
from tracker.services.commission_rows import today_in

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_commissions_are_approved_when_their_holding_period_is_over(settings, database):
    with database.write() as session, factories.using(session):
        for workspace in (factories.WorkspaceFactory(), factories.WorkspaceFactory()):
            shop = factories.ShopFactory(workspace=workspace)
            for age in (29, 30):
                day = today_in(workspace) - timedelta(days=age)
                session.add(
                    CommissionRow(
                        workspace_id=workspace.id, shop_id=shop.id, order_ref=str(age),
                        influencer_id=1, source="computed", part="0", step=0, ordered_on=day,
                        booked_on=day, amount_minor=1, status="pending",
                    )
                )  # fmt: skip
    assert approve_commissions() == {"rows": 2}
    assert approve_commissions() == {"rows": 0}
    with database.read() as session:
        found = session.execute(select(CommissionRow.order_ref, CommissionRow.status)).all()
    assert sorted(map(tuple, found)) == [("29", "pending")] * 2 + [("30", "approved")] * 2
