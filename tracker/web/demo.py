"""The demo brand: one click away, and one click gone. Work is done by a job."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from jobs.queues import BULK, enqueue
from tracker.services import audit, demo_runs
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, parts, writing
from tracker.web.identity import user_id
from tracker.web.wording import refusal

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("")
def show() -> str:
    """What the demo brand is, how far it is, and the button that makes it or takes it away."""
    session = get_session()
    return render_template(
        "demo/show.html",
        run=demo_runs.last_run(session),
        live=demo_runs.LIVE,
        brand=demo_runs.demo_workspace(session),
    )


@bp.post("")
def create() -> AnyResponse:
    """Ask for the demo brand."""
    return _ask("make")


@bp.post("/remove")
def delete() -> AnyResponse:
    """Ask to have it away, with everything that came with it."""
    return _ask("remove")


@bp.get("/progress")
def progress() -> Response:
    """A fragment of the page; the header X-Finished says that it is the last."""
    run = demo_runs.last_run(get_session())
    response = Response(render_template("demo/_progress.html", run=run))
    if run is None or run.status not in demo_runs.LIVE:
        response.headers["X-Finished"] = "1"
    return response


def _ask(action: str) -> AnyResponse:
    try:
        with writing() as session:
            run_id = demo_runs.ask_for_demo(session, action, user_id=user_id()).id
            audit.note(session, f"demo.{action}", user_id=user_id())
    except RefusedError as error:
        flash(refusal(error))
    else:
        # by its name: the demo stands above the site, which does not import it
        enqueue(BULK, "tracker.demo.job.run_demo", run_id, job_id=f"demo-{run_id}",
                settings=parts().settings)  # fmt: skip
    return redirect(url_for("demo.show"))
