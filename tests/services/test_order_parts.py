from datetime import timedelta

from sqlalchemy import select

from tests.factories import NOON, OrderFactory
from tests.services.records import order_record
from tracker.domain.marks import RawMark
from tracker.domain.records import DeliveredMark, LineRecord
from tracker.models import OrderCoupon, OrderLine, OrderMark, OrderVisitor, Visitor
from tracker.services.order_parts import replace_parts


def test_parts_of_updated_orders_are_replaced_and_of_others_kept(session, shop, workspace):
    first, second = OrderFactory(shop=shop, ref="A"), OrderFactory(shop=shop, ref="B")
    parts = [(first.id, order_record("A", coupons=("x",))), (second.id, order_record("B"))]
    replace_parts(session, shop, workspace, parts, set())
    new = order_record("A", coupons=("y",), lines=(LineRecord(1, 5), LineRecord(2, 6)))
    replace_parts(session, shop, workspace, [(first.id, new)], {first.id})
    assert session.scalars(select(OrderCoupon.code)).all() == ["y"]
    lines = session.execute(select(OrderLine.order_id, OrderLine.line_ref)).all()
    assert sorted(lines) == [(first.id, "1"), (first.id, "2"), (second.id, "1")]


def test_line_id_of_the_platform_goes_before_the_number(session, shop, workspace):
    order = OrderFactory(shop=shop)
    record = order_record(lines=(LineRecord(1, 5, line_ref="L9"), LineRecord(1, 5)))
    replace_parts(session, shop, workspace, [(order.id, record)], set())
    assert sorted(session.scalars(select(OrderLine.line_ref))) == ["2", "L9"]


def test_a_line_keeps_what_was_given_back_of_it_and_nothing_where_nobody_says(
    session, shop, workspace
):
    order = OrderFactory(shop=shop)
    lines = (LineRecord(1, 5, refunded_minor=3), LineRecord(1, 5), LineRecord(1, 5, "", "", "9", 0))
    replace_parts(session, shop, workspace, [(order.id, order_record(lines=lines))], set())
    told = select(OrderLine.refunded_minor).order_by(OrderLine.line_ref)
    assert session.scalars(told).all() == [3, None, 0]


def test_delivered_marks_have_their_own_time_else_the_orders(session, shop, workspace):
    order = OrderFactory(shop=shop)
    before = NOON - timedelta(days=3)
    record = order_record(
        landing_url="https://shop.example/?utm_source=xhs",
        marks=(DeliveredMark(RawMark(utm_medium="email"), before),),
    )
    replace_parts(session, shop, workspace, [(order.id, record)], set())
    assert sorted(session.scalars(select(OrderMark.at))) == [before, NOON]


def test_statements_about_visitors_are_only_added(session, shop, workspace):
    order = OrderFactory(shop=shop)
    for key, updated in (("f:1", set()), ("f:2", {order.id}), ("f:2", {order.id})):
        record = order_record(order.ref, visitor_key=key, visitor_evidence="signed")
        replace_parts(session, shop, workspace, [(order.id, record)], updated)
    keys = select(Visitor.key).join(OrderVisitor, OrderVisitor.visitor_id == Visitor.id)
    assert sorted(session.scalars(keys)) == ["f:1", "f:2"]
    assert set(session.scalars(select(OrderVisitor.evidence))) == {"signed"}
