"""What people decide is a fact: the engine honours it, and it can be taken back."""

import random

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.services.credit_rebuild import derived, rebuild
from tests.services.credit_world import World, at
from tests.services.test_dirty import marked
from tracker.domain.channels import Channel
from tracker.domain.paths import Reason
from tracker.domain.policy import Policy
from tracker.domain.records import InfluencerRecord
from tracker.models import CustomerLock, Order, OrderDecision
from tracker.services import dirty, influencers, own_buyers
from tracker.services.attribution import compute
from tracker.services.decisions import Answer, decide, decisions_about, take_back
from tracker.services.errors import RefusedError
from tracker.services.explain import explain
from tracker.services.identity import conflicting_orders
from tracker.services.recompute import attribute_dirty


@pytest.fixture
def world(session):
    return World(session)


def owners(world, order):
    """Influencers along the order's path."""
    world.session.flush()
    computed = compute(world.session, world.workspace, Policy(), Order.id == order.id)
    return computed.paths.of_touch("influencer").tolist()


def queue(world):
    world.session.flush()
    day = at(0).date()
    return conflicting_orders(world.session, world.workspace, day, day)


def two_codes(world):
    """An order with codes of two influencers: the second got theirs later, so the rule takes it."""
    order, one, two = world.order(), world.influencer(), world.influencer()
    world.use(order, world.coupon(one, since=-100))
    world.use(order, world.coupon(two, since=-50))
    return order, one, two


def test_a_person_gives_an_order_to_the_older_owner_and_takes_it_back(world):
    order, one, two = two_codes(world)
    assert owners(world, order) == [two.id]
    (open_,) = queue(world)
    assert (open_.kinds, open_.rule_owner) == (("coupons",), two.id)
    assert open_.owners == tuple(sorted((one.id, two.id)))
    made = decide(
        world.session, order, Answer("owner", influencer_id=one.id, note=" paid "), user_id=3
    )
    assert marked(world.session) == [("credit", 0)]
    assert owners(world, order) == [one.id]
    assert queue(world) == []
    why = explain(world.session, order.id)
    assert [(d.question, d.influencer, d.note, d.user_id) for d in why.decisions] == [
        ("owner", one.name, "paid", 3)
    ]
    assert why.conflicts == ()
    assert Reason.decided_otherwise.name in {view.reason for view in why.unqualified}
    take_back(world.session, made)
    assert owners(world, order) == [two.id]
    assert len(queue(world)) == 1


def test_an_order_of_no_influencer_goes_to_what_is_next(world):
    order, one, _ = two_codes(world)
    visitor = world.visitor()
    world.touch(visitor, -3, world.kol_mark(one))
    world.touch(visitor, -2, world.mail)
    world.link(order, visitor)
    made = decide(world.session, order, Answer("owner"))
    computed = compute(world.session, world.workspace, Policy(), Order.id == order.id)
    assert computed.paths.of_touch("channel").tolist() == [Channel.EMAIL.code]
    assert queue(world) == []
    why = explain(world.session, order.id)
    assert [(d.question, d.influencer_id) for d in why.decisions] == [("owner", 0)]
    assert [view.reason for view in why.unqualified] == ["decided_otherwise"] * 3
    take_back(world.session, made)
    assert len(queue(world)) == 1


def test_a_purchase_of_one_s_own_stays_held_when_the_order_is_of_no_influencer(world):
    customer, person = world.customer(), world.influencer()
    own_buyers.say_own(world.session, person, customer.customer_key)
    order = world.order(customer=customer)
    world.use(order, world.coupon(person))
    decide(world.session, order, Answer("owner"))
    assert owners(world, order) == [0]


def test_the_rule_s_choice_can_be_accepted(world):
    order, _, two = two_codes(world)
    decide(world.session, order, Answer("owner", keeps_rule=True))
    assert owners(world, order) == [two.id]
    assert queue(world) == []
    assert explain(world.session, order.id).conflicts == ()


def test_a_later_answer_takes_the_place_of_an_earlier_one(world):
    order, one, two = two_codes(world)
    for person in (one, two):
        decide(world.session, order, Answer("owner", influencer_id=person.id))
    assert [row.influencer_id for row in decisions_about(world.session, order)] == [two.id]


def test_a_person_says_which_visitor_bought(world):
    order, first, second = world.order(), world.visitor(), world.visitor()
    world.visit(first, -1, world.mail)
    lin = world.influencer()
    world.visit(second, -2, world.kol_mark(lin))
    world.link(order, first, "beacon")
    world.link(order, second, "beacon", days=0.1)
    assert owners(world, order) == [0]
    (open_,) = queue(world)
    assert open_.visitors == ((first.id, "linked"), (second.id, "conflict"))
    decide(world.session, order, Answer("visitor", visitor_id=second.id))
    assert owners(world, order) == [lin.id]
    assert queue(world) == []
    verdicts = {
        claim.visitor_id: claim.verdict for claim in explain(world.session, order.id).claims
    }
    assert verdicts == {first.id: "conflict", second.id: "linked"}


def test_answers_that_make_no_sense_are_refused(world):
    order, foreign = world.order(), factories.InfluencerFactory()
    for answer, field in (
        (Answer("owner", influencer_id=foreign.id), "influencer_id"),
        (Answer("visitor", visitor_id=world.visitor().id), "visitor_id"),
        (Answer("weather"), "question"),
    ):
        with pytest.raises(RefusedError) as refused:
            decide(world.session, order, answer)
        assert (refused.value.code, refused.value.field) == ("not_found", field)


def test_an_influencer_s_own_order_is_held_until_a_person_releases_it(world):
    lin, customer = world.influencer(), world.customer()
    order = world.order(customer=customer)
    world.use(order, world.coupon(lin))
    assert owners(world, order) == [lin.id]
    own_buyers.say_own(world.session, lin, customer.customer_key)
    assert marked(world.session) == [("credit", 0)]
    assert owners(world, order) == [0]
    (open_,) = queue(world)
    assert (open_.kinds, open_.held) == (("self_purchase",), (lin.id,))
    why = explain(world.session, order.id)
    assert why.conflicts == ("self_purchase",)
    assert [view.reason for view in why.unqualified] == ["self_purchase"]
    kept = decide(world.session, order, Answer("self_purchase", keeps_rule=True))
    assert (owners(world, order), queue(world)) == ([0], [])
    take_back(world.session, kept)
    decide(world.session, order, Answer("self_purchase"))
    assert (owners(world, order), queue(world)) == ([lin.id], [])


def test_only_the_buyer_s_own_signals_are_held(world):
    lin, may, customer = world.influencer(), world.influencer(), world.customer()
    visitor = world.visitor()
    world.visit(visitor, -1, world.kol_mark(may))
    order = world.order(0, visitor, customer=customer)
    world.use(order, world.coupon(lin))
    own_buyers.say_own(world.session, lin, customer.customer_key)
    assert owners(world, order) == [may.id]
    decide(world.session, order, Answer("owner", influencer_id=lin.id))
    assert owners(world, order) == [lin.id]


def test_an_agency_s_order_is_held_for_all_of_its_influencers(world):
    lin, may, customer = world.influencer(), world.influencer(), world.customer()
    influencers.update_influencer(world.session, lin, agency="Wuyou")
    order, other = world.order(customer=customer), world.order(customer=customer)
    world.use(order, world.coupon(lin))
    world.use(other, world.coupon(may))
    own_buyers.say_agency(world.session, world.workspace, "Wuyou", customer.customer_key)
    assert marked(world.session) == [("credit", 0)]
    assert (owners(world, order), owners(world, other)) == ([0], [may.id])
    influencers.update_influencer(world.session, lin, agency="Another")
    assert owners(world, order) == [lin.id]


def test_a_file_that_names_an_influencer_s_buyer_id_marks_their_orders(world):
    customer = world.customer()
    from tracker.domain.records import Buyer

    buyer = Buyer("taobao:77")
    customer.customer_key = influencers.own_key(b"k", buyer)
    world.order(customer=customer)
    record = InfluencerRecord(slug="lin", name="Lin", buyer=buyer)
    influencers.load_influencers(world.session, world.workspace, [record], secret=b"k")
    assert ("credit", 0) in marked(world.session)


def test_a_customer_lock_beats_codes_while_it_lasts(world):
    lin, may, customer = world.influencer(), world.influencer(), world.customer()
    orders = [world.order(days, customer=customer) for days in (-20, 0, 20)]
    for order in orders:
        world.use(order, world.coupon(may))
    world.session.add(
        CustomerLock(
            workspace_id=world.workspace.id, customer_id=customer.id, influencer_id=lin.id,
            valid_from=at(-10), valid_until=at(10), created_at=at(0),
        )
    )  # fmt: skip
    assert [owners(world, order) for order in orders] == [[may.id], [lin.id], [may.id]]


@pytest.mark.parametrize("seed", range(3))
def test_recomputing_what_decisions_marked_is_computing_everything(database, seed):
    chance = random.Random(seed)
    with database.write() as session, factories.using(session):
        world = World(session)
        people = [world.influencer() for _ in range(3)]
        codes = [world.coupon(person) for person in people]
        customers = [world.customer() for _ in range(3)]
        orders = []
        for _ in range(25):
            visitors = [world.visitor(), world.visitor()]
            for visitor in visitors:
                world.touch(visitor, -20, world.kol_mark(chance.choice(people)))
            order = world.order(chance.uniform(-9, 3), customer=chance.choice(customers))
            for n, visitor in enumerate(visitors):
                world.link(order, visitor, "beacon", days=n / 10)
            for code in chance.sample(codes, chance.randrange(3)):
                world.use(order, code)
            orders.append((order.id, [visitor.id for visitor in visitors]))
        dirty.policy_applied(session, world.workspace)
        ids = [person.id for person in people]
        keys = [customer.customer_key for customer in customers]
    attribute_dirty(database)
    for _ in range(12):
        with database.write() as session:
            order_id, visitors = chance.choice(orders)
            order = session.get_one(Order, order_id)
            answer = chance.choice(
                [
                    Answer("owner", influencer_id=chance.choice([0, *ids])),
                    Answer("visitor", visitor_id=visitors[1]),
                    Answer("self_purchase"),
                    None,
                ]
            )
            if answer is not None:
                decide(session, order, answer)
            elif chance.random() < 0.5:
                for row in decisions_about(session, order):
                    take_back(session, row)
            else:
                person = session.get_one(factories.models.Influencer, chance.choice(ids))
                own_buyers.say_own(session, person, chance.choice([None, *keys]))
        if chance.random() < 0.4:
            attribute_dirty(database)
    attribute_dirty(database)
    incremental = derived(database)
    rebuild(database)
    assert incremental == derived(database)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(OrderDecision))
