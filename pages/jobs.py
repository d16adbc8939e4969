"""Jobs: what runs and waits, what ended and how, and the memory of each process."""

from engine.scenarios import SCENARIOS
from pages.shared import choosing, jobs_table, run_actions
from pages.shared.frame import page_title
from pages.shared.i18n import tr
from pages.shared.machine import memory_line

page_title(tr("Jobs"), tr("Each job is a process of its own: closing this page changes nothing."))
memory_line()
jobs_table.open_jobs()
jobs_table.damaged()
run_actions.undo_line()
ended = jobs_table.ended()
if len(ended):
    jobs_table.draw(ended)
elif not jobs_table.any_open():
    choosing.nothing_yet(
        next(iter(SCENARIOS)),
        tr("No jobs yet"),
        tr("Training, checking and storing will be listed here."),
        ":material/list_alt:",
    )
