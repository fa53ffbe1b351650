"""The attribution policy: changed, previewed, applied, restored, by those who may."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.domain.paths import Signal
from tracker.domain.policy import Policy
from tracker.models import AuditEntry, Credit, PolicyRun, Workspace
from tracker.models import Policy as PolicyRow
from tracker.services import dirty
from tracker.services.policies import content_of
from tracker.services.policy_compute import compute_run
from tracker.services.policy_runs import claim_run
from tracker.services.recompute import attribute_dirty


def given(content: Policy | None = None, **changes):
    """The form as the page sends it."""
    content = content or Policy()
    data = {
        "lookback_days": content.lookback_days, "buyer_scope": "customer",
        "max_touchpoints": content.max_touchpoints, "position_ends": "40", "half_life_hours": "",
        "markov_order": "1", "days": "180",
    }  # fmt: skip
    for place, signal in enumerate(content.precedence, start=1):
        data[f"place-{signal}"] = place
        data[f"exclusive-{signal}"] = "1" if signal in content.exclusive else "0"
    return {**data, **changes}


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def newest_run(database):
    with database.read() as session:
        return session.scalars(select(PolicyRun).order_by(PolicyRun.id.desc())).first()


def compute(database):
    run = newest_run(database)
    compute_run(database, run.id)
    return run


def test_a_policy_is_previewed_applied_and_the_old_one_restored(client, world, database):
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        first = workspace.policy_id
        dirty.policy_applied(session, workspace)
    attribute_dirty(database, workspace_id=world.workspace)
    answer = post(client, "/settings/policy", **given(lookback_days=7, reset_at_order="y"))
    run = newest_run(database)
    assert answer.location == f"/settings/policy/runs/{run.id}"
    page = client.get(answer.location).text
    assert 'data-progress="/settings/policy/runs/' in page
    assert "Apply" not in page
    compute(database)
    page = client.get(answer.location).text
    assert "What moves" in page
    assert "The totals differ" not in page
    assert page.count("changed") >= 2
    with database.read() as session:
        content = content_of(session.get_one(PolicyRow, run.policy_id))
        assert content == Policy(lookback_days=7, reset_at_order=True)
        assert session.get_one(Workspace, world.workspace).policy_id == first
    post(client, f"/settings/policy/{run.policy_id}/apply")
    assert (
        "until all days are ready"
        in client.get(f"/settings/policy/runs/{newest_run(database).id}").text
    )
    compute(database)
    page = client.get("/settings/policy").text
    assert "7 days before the order" in page
    assert f'action="/settings/policy/{first}/apply"' in page
    post(client, f"/settings/policy/{first}/apply")
    compute(database)
    with database.read() as session:
        assert session.get_one(Workspace, world.workspace).policy_id == first
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions == [
            "policy.previewed", "policy.chosen", "policy.applied", "policy.chosen",
            "policy.applied",
        ]  # fmt: skip
        assert session.scalars(select(Credit.policy_id).distinct()).all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"lookback_days": "0"}, "between 1 and 180"),
        ({"lookback_days": "181"}, "between 1 and 180"),
        ({"lookback_days": "x"}, "Not a valid integer"),
        ({"position_ends": "51"}, "between 0 and 50"),
        ({"half_life_hours": "0"}, "between 1 and 8760"),
        ({"max_touchpoints": "501"}, "between 1 and 500"),
        ({"markov_order": "3"}, "Not a valid choice"),
        ({"days": "1000"}, "Not a valid choice"),
        ({"place-coupon": "2"}, "Two kinds of signals have place 2"),
        ({"place-coupon": "9"}, "a place from 1 to 8"),
        ({"place-coupon": "²"}, "a place from 1 to 8"),
        ({"place-coupon": ""}, "a place from 1 to 8"),
        ({}, "the policy that counts already"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_beside_what_is_wrong(
    client, world, database, wrong, says
):
    answer = post(client, "/settings/policy", **given(**wrong))
    assert answer.status_code == 400
    assert says in answer.text
    assert newest_run(database) is None


def test_order_and_exclusivity_are_read_and_a_lock_stays_exclusive(client, world, database):
    order = (Signal.coupon, Signal.affiliate, *(
        signal for signal in Signal if signal not in {Signal.coupon, Signal.affiliate}
    ))  # fmt: skip
    data = given(Policy(precedence=order, exclusive=frozenset({Signal.lock, Signal.kol})))
    data["exclusive-lock"], data["exclusive-direct"] = "0", "1"
    assert post(client, "/settings/policy", **data).status_code == 302
    with database.read() as session:
        row = session.get_one(PolicyRow, newest_run(database).policy_id)
        assert content_of(row).precedence == order
        assert content_of(row).exclusive == {Signal.lock, Signal.kol}


def test_progress_is_a_fragment_that_says_when_it_is_the_last(client, world, database):
    post(client, "/settings/policy", **given(lookback_days=7))
    run = newest_run(database)
    url = f"/settings/policy/runs/{run.id}/progress"
    with database.write() as session:
        from datetime import UTC, datetime

        assert claim_run(session, run.id, datetime.now(UTC)) is not None
    answer = client.get(url)
    assert "Running" in answer.text
    assert "X-Finished" not in answer.headers
    post(client, f"/settings/policy/runs/{run.id}/delete")
    assert client.get(url).headers["X-Finished"] == "1"
    assert "Nothing has changed" in client.get(f"/settings/policy/runs/{run.id}").text


def test_a_preview_can_be_computed_again(client, world, database):
    post(client, "/settings/policy", **given(lookback_days=7))
    first = compute(database)
    post(client, f"/settings/policy/runs/{first.id}/repeat")
    second = newest_run(database)
    assert (second.policy_id, second.first_day) == (first.policy_id, first.first_day)
    assert second.id != first.id


def test_a_marketer_may_preview_and_not_apply(client_of, world, database):
    marketer = client_of("marketer")
    assert post(marketer, "/settings/policy", **given(lookback_days=7)).status_code == 302
    run = compute(database)
    page = marketer.get(f"/settings/policy/runs/{run.id}").text
    assert "/apply" not in page
    assert post(marketer, f"/settings/policy/{run.policy_id}/apply").status_code == 403
    finance = client_of("finance")
    assert post(finance, "/settings/policy", **given(lookback_days=7)).status_code == 403
    assert "Try another policy" not in finance.get("/settings/policy").text


def test_without_its_token_nothing_is_asked_for(client, world, database):
    assert client.post("/settings/policy", data=given(lookback_days=7)).status_code == 400
    assert newest_run(database) is None


def test_policies_and_runs_of_another_brand_are_not_there(client, world, database):
    with database.write() as session:
        other = session.scalars(select(Workspace).where(Workspace.id != world.workspace)).one()
        foreign = other.policy_id
    assert post(client, f"/settings/policy/{foreign}/apply").status_code == 404
    assert client.get("/settings/policy/runs/999").status_code == 404
