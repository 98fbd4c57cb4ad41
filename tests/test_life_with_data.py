"""Our addons come and go on a company's database, and the company keeps what is its own."""

import pytest

from tools import log_check
from tools.environment import own_addons
from tools.testing_lifecycle import own_depends, run_inside
from tools.testing_run import tail

BUTTONS = ("button_immediate_upgrade", "button_immediate_uninstall")


def in_order(addons):
    """Each addon after those of ours that it stands on."""
    ordered = [name for addon in addons for name in (*own_depends(addon), addon)]
    return list(dict.fromkeys(ordered))


@pytest.fixture(scope="module")
def life(databases, company_template):
    log = databases.logs / "life-with-data.log"
    with databases.cloned(company_template, "data") as database:
        arguments = [in_order(own_addons())]
        code, told = run_inside(
            "life with data", databases, database, "life_with_data", arguments, log
        )
    assert not code and told, tail(log)
    return {**told, "complaints": log_check.check_file(log)}


def test_the_company_has_data(life):
    assert life["before"]["res.partner"] > 20 and life["before"]["sale.order"] > 0


@pytest.mark.parametrize("button", BUTTONS)
def test_no_business_record_is_lost(life, button):
    changed = {
        step: counts
        for step, counts in life["after"].items()
        if step.endswith(button) and counts != life["before"]
    }
    assert not changed, f"before: {life['before']}"


def test_all_of_ours_is_gone_in_the_end(life):
    assert set(life["states"].values()) == {"uninstalled"}


def test_the_log_says_nothing_loud(life):
    assert not life["complaints"]
