"""Who of the buyers is an influencer, or an agency: their orders are held as self-purchases."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.models import AgencyBuyer, Customer, Influencer, Workspace
from tracker.models.base import EPOCH
from tracker.services import dirty
from tracker.services.bulk import among, table_of
from tracker.services.errors import RefusedError


def changed(
    session: Session, workspace: Workspace, keys: Iterable[str], agencies: Iterable[str]
) -> None:
    """These customer keys began or ceased to be somebody's own; so did those of these agencies."""
    wanted = set(keys)
    named = {agency for agency in agencies if agency}
    if named:
        wanted |= set(
            session.scalars(
                select(AgencyBuyer.customer_key).where(
                    AgencyBuyer.workspace_id == workspace.id,
                    among(session, AgencyBuyer.agency, named),
                )
            )
        )
    customers = session.scalars(
        select(Customer.id).where(
            Customer.workspace_id == workspace.id, among(session, Customer.customer_key, wanted)
        )
    )
    dirty.buyers_changed(session, workspace, dict.fromkeys(customers, EPOCH))


def say_own(session: Session, influencer: Influencer, key: str | None) -> None:
    """Say under which customer key an influencer buys; None: unknown."""
    workspace = session.get_one(Workspace, influencer.workspace_id)
    keys = {one for one in (influencer.customer_key, key) if one}
    influencer.customer_key = key
    session.flush()
    changed(session, workspace, keys, ())


def say_agency(session: Session, workspace: Workspace, agency: str, key: str) -> None:
    """Say that a customer key is an agency's; a known one changes nothing.

    Raises RefusedError: value_missing (agency).
    """
    if not agency:
        raise RefusedError("value_missing", "agency")
    row = {"workspace_id": workspace.id, "agency": agency, "customer_key": key}
    insert_new(session, table_of(AgencyBuyer), [row], ["workspace_id", "agency", "customer_key"])
    changed(session, workspace, {key}, ())
