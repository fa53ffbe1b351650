"""The drawing process: reads charts and answers with drawings (`tracker.reports.helper`).

A request is JSON {"format": "svg" | "png", "chart": …} or {"format": "pdf", "document": …}.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from tracker.reports.helper import serve


def prepare() -> Callable[[bytes], bytes]:
    """What draws: half a second of imports that no other process needs."""
    from tracker.reports.chart import chart_from
    from tracker.reports.drawing import draw_png, draw_svg
    from tracker.reports.pdf import document_from, write_pdf

    def draw(request: bytes) -> bytes:
        asked = json.loads(request)
        if asked["format"] == "pdf":
            return write_pdf(document_from(asked["document"]))
        chart = chart_from(asked["chart"])
        return draw_png(chart) if asked["format"] == "png" else draw_svg(chart).encode()

    return draw


if __name__ == "__main__":
    serve(prepare)
