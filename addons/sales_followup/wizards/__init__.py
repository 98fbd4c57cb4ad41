from . import sales_reminder_snooze
