from . import test_followup
from . import test_reminder
from . import test_reminder_board
from . import test_timeline
from . import test_followup_screens
