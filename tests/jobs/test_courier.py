"""The courier's process: guarded, ended when it hangs, and one bad server costs nobody else."""

from __future__ import annotations

from jobs.courier import Courier
from tests.courier.test_services import mail
from tests.support.outside import mail_server


def receipts(courier: Courier, *parcels) -> dict[int, str]:
    return {one.id: one.error for one in courier.deliver(parcels)}


def test_mail_goes_out_by_a_process_of_its_own_and_not_into_this_network():
    with mail_server() as box:
        parcels = [mail(box.port, id=7), mail(9, id=8), mail(box.port, id=9)]
        found = receipts(Courier(allow_loopback=True), *parcels)
        assert found == {7: "", 8: "unreachable", 9: ""}
        assert len(box.taken) == 4
        assert receipts(Courier(), mail(box.port, id=7)) == {7: "forbidden_address"}
        assert len(box.taken) == 4


def test_a_server_that_hangs_is_given_up_and_what_comes_after_it_goes_out():
    with mail_server(is_silent=True) as silent, mail_server() as box:
        courier = Courier(allow_loopback=True, parcel_seconds=3)
        assert receipts(courier, mail(silent.port, id=1), mail(box.port, id=2)) == {
            1: "timeout", 2: "",
        }  # fmt: skip
