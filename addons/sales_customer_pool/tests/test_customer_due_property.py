import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import tagged
from odoo.tools import SQL

from .test_customer_recycle import RecycleCommon

ROUNDS = 12
UTC = ZoneInfo("UTC")


def end_of_day(day, zone, hour=None):
    """When a day, or its work, is over somewhere, as naive UTC."""
    if hour is None:
        local = datetime.combine(day + timedelta(days=1), time.min, zone)
        return local.astimezone(UTC).replace(tzinfo=None) - timedelta(seconds=1)
    return datetime.combine(day, time(hour), zone).astimezone(UTC).replace(tzinfo=None)


def simple_due(received, followed, days, floor, zone, is_workday=None, hour=None):
    """The due date as one would count it on a wall calendar, day by day."""
    start = max(filter(None, [received, followed])).replace(tzinfo=UTC).astimezone(zone).date()
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= not is_workday or is_workday(day)
    day = max(filter(None, [day, floor]))
    while is_workday and not is_workday(day):
        day += timedelta(days=1)
    return end_of_day(day, zone, hour)


@tagged("post_install", "-at_install")
class TestCustomerDueProperty(RecycleCommon):
    """Due dates are those of a simple model, in all time zones and at every change of the clock."""

    def _set_zone(self, name):
        self.env.company.resource_calendar_id.tz = name
        return ZoneInfo(name)

    def _get_due(self, partner, **values):
        self.env.flush_all()
        assignments = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
        )
        self.env.cr.execute(SQL("UPDATE res_partner SET %s WHERE id = %s", assignments, partner.id))
        self.env["sales.customer.recycle.mark"]._write_due_dates(partner.ids)
        return partner.recycle_due_date

    def test_every_day_counts(self):
        chance = random.Random(4)
        partner = self._create_customers(user_id=self.li.id)
        zones = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
        for _n in range(ROUNDS * 5):
            zone = self._set_zone(chance.choice(zones))
            self.rule.days = chance.randrange(90)
            received = datetime(2026, 1, 1) + timedelta(minutes=chance.randrange(525_600))
            followed = chance.choice([None, received + timedelta(hours=chance.randrange(-99, 999))])
            floor = chance.choice([None, date(2026, 1, 1) + timedelta(chance.randrange(400))])
            found = self._get_due(
                partner,
                ownership_date=received,
                last_followup_date=followed,
                protected_until=floor,
            )
            expected = simple_due(received, followed, self.rule.days, floor, zone)
            self.assertEqual(found, expected, (zone, received, followed, self.rule.days, floor))

    def test_working_days_count(self):
        chance = random.Random(7)
        partner = self._create_customers(user_id=self.li.id)
        zone = ZoneInfo("Europe/Berlin")
        calendar = self._create_calendar(str(zone))
        self.rule.calendar_id = calendar
        today = date.today()
        closed = {today + timedelta(days=n) for n in (-40, -39, -3, 2, 3, 4, 30)}
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Closed",
                    "calendar_id": calendar.id,
                    "date_from": end_of_day(day - timedelta(days=1), zone) + timedelta(seconds=1),
                    "date_to": end_of_day(day, zone),
                }
                for day in closed
            ]
        )
        for _n in range(ROUNDS):
            self.rule.days = chance.randrange(1, 60)
            received = datetime.now().replace(microsecond=0) - timedelta(
                hours=chance.randrange(2400)
            )
            floor = chance.choice([None, today + timedelta(chance.randrange(60))])
            found = self._get_due(partner, ownership_date=received, protected_until=floor)
            expected = simple_due(
                received,
                None,
                self.rule.days,
                floor,
                zone,
                lambda day: day.weekday() < 5 and day not in closed,
                17,
            )
            self.assertEqual(found, expected, (received, self.rule.days, floor))

    def _create_calendar(self, zone):
        return self.env["resource.calendar"].create(
            {
                "name": "Berlin",
                "tz": zone,
                "attendance_ids": [
                    (0, 0, {"name": "Work", "dayofweek": str(n), "hour_from": 8, "hour_to": 17})
                    for n in range(5)
                ],
            }
        )

    def test_the_day_the_clock_changes(self):
        partner = self._create_customers(user_id=self.li.id)
        self._set_zone("Europe/Berlin")
        self.rule.days = 1
        for received, expected in (
            (datetime(2026, 3, 28, 12), datetime(2026, 3, 29, 21, 59, 59)),
            (datetime(2026, 3, 27, 12), datetime(2026, 3, 28, 22, 59, 59)),
            (datetime(2026, 10, 24, 21, 59), datetime(2026, 10, 25, 22, 59, 59)),
            (datetime(2026, 10, 24, 22, 1), datetime(2026, 10, 26, 22, 59, 59)),
        ):
            self.assertEqual(self._get_due(partner, ownership_date=received), expected)
