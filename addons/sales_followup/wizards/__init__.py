from . import base_partner_merge, sales_reminder_snooze
