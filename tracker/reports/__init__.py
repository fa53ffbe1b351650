"""Reads: daily facts -> typed rows -> tables, CSV and charts. Nothing here writes.

    state = ReportState.from_args(request.args, workspace)      state.py: what is asked for
    overview(session, state) -> Overview                        overview.py
    channel_report(session, state) -> ChannelReport             channels.py
    campaign_report(session, state) -> CampaignReport           campaigns.py
    influencer_report(session, state) -> InfluencerReport       influencers.py
    influencer_page(session, state, id) -> InfluencerPage | None  influencer.py
    order_page(session, state) -> OrderPage                     orders.py
    journeys(session, state) -> Journeys                        journeys.py
    comparison(session, state) -> Comparison                    comparison.py
    influencer_lift(session, state, id), campaign_lifts(…)      lifts.py: over a baseline
    open_questions(session, state) -> tuple[OpenQuestion, ...]  questions.py
    TABLES[name] -> TableSpec(columns, rows); file_name         tables.py
    csv_stream(spec, spec.rows(session, state), state, locale)  csv_files.py: pieces of a download
    daily_chart(report.days, title=, currency=, locale=, link=) chart.py: a chart as plain data
    ChartPool().svg(chart), .png(chart), .warm(), .close()      charts.py: one pool a web process
    money, count, ratio, percent (for one locale)               format.py

Rows are in rows.py; each has `figures`, whose ratios are properties (figures.py).
"""
