"""The guard: whoever changes a document or a line, by whatever way, is judged by the values."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .approval_watch import is_lasting, watch_approval

KEPT = ("approval_state", "approval_version", "approval_request_id", "approval_approved_id")
# what no approval depends on, and is written often
HARMLESS = ("message_", "activity_", "access_token", "rating_")


class SalesApprovalMixin(models.AbstractModel):
    _inherit = "sales.approval.mixin"

    @api.model_create_multi
    def create(self, vals_list):
        """A new document was approved by nobody, whatever vals, context or defaults say."""
        start = {"approval_state": "none", **dict.fromkeys(KEPT[1:], False)}
        if not (self.env.su or self.env.user._is_internal()):
            start = {}  # customers have no right to these fields, and no defaults
        vals_list = [{k: v for k, v in vals.items() if k not in KEPT} for vals in vals_list]
        forged = {f"default_{name}" for name in KEPT}.intersection(self.env.context)
        documents = self.with_context(**dict.fromkeys(forged, False)) if forged else self
        return super(SalesApprovalMixin, documents).create([{**v, **start} for v in vals_list])

    def write(self, vals):
        """Watch what is guarded; the state itself is written by nobody but the engine."""
        if kept := set(KEPT).intersection(vals):
            raise UserError(
                self.env._(
                    "%s is written by asking and deciding only.",
                    ", ".join(self._fields[name].string for name in sorted(kept)),
                )
            )
        if all(name.startswith(HARMLESS) for name in vals) or not is_lasting(self, vals):
            return super().write(vals)
        with watch_approval(self):
            return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_approval_requests(self):
        # reason: requests belong to the document, and nobody may delete them alone
        requests = self.env["sales.approval.request"].sudo()
        requests.search([("res_model", "=", self._name), ("res_id", "in", self.ids)]).unlink()

    def _approval_touch(self):
        """Meet in the database whoever edits, asks or decides about the same documents.

        Reads before would be of no use: Odoo runs at REPEATABLE READ. Whoever comes second to
        this row starts again, with what the first one has committed.

        :return: the documents
        """
        if ids := [i for i in self.ids if i]:
            table = SQL.identifier(self._table)
            self.env.execute_query(
                SQL(
                    """
                    WITH touched AS (
                        SELECT id FROM %(table)s WHERE id = ANY(%(ids)s)
                      ORDER BY id FOR NO KEY UPDATE)
                       UPDATE %(table)s document
                          SET approval_version = COALESCE(approval_version, 0) + 1
                         FROM touched WHERE document.id = touched.id
                    RETURNING document.id
                    """,
                    table=table,
                    ids=ids,
                )
            )
        return self

    def _approval_store(self, state, column=None, requests=()):
        """Write the engine's own fields, past all guards and rights.

        :param state: for all documents
        :param column: ``approval_request_id`` or ``approval_approved_id``
        :param requests: what to write there, one for each document
        """
        if not self:
            return
        names = ["approval_state", *([column] if column else ())]
        self.flush_recordset(names)
        values = SQL("approval_state = %s", state)
        if column:
            values = SQL("%s, %s = given.request_id", values, SQL.identifier(column))
        self.env.cr.execute(
            SQL(
                """
                UPDATE %s document SET %s
                  FROM unnest(%s::int[], %s::int[]) AS given (id, request_id)
                 WHERE document.id = given.id
                """,
                SQL.identifier(self._table),
                values,
                self.ids,
                requests.ids if column else [None] * len(self),
            )
        )
        self.invalidate_recordset(names, flush=False)
        self.modified(names)

    def _filter_approval_guarded(self):
        """Give those whose changes are judged: they wait, or were approved."""
        states = ("waiting", "approved", "outdated")
        return self.filtered(lambda d: d.approval_state in states and d._is_approval_open())

    def _approval_judge(self, before):
        """Judge what was changed in documents that wait or were approved.

        :param before: {document id: snapshot}
        :raise UserError: if a document waits for approval and somebody of us has changed it
        """
        documents = self.sudo()  # reason: what is guarded is not the writer's
        after = documents._get_approval_snapshots()
        changed = {
            document: changes
            for document in documents
            if (changes := self._get_approval_changes(before[document.id], after[document.id]))
        }
        waiting = [d for d in changed if d.approval_state == "waiting"]
        if waiting and self.env.user._is_approval_interactive():
            self._refuse_approval_change({document: changed[document] for document in waiting})
        self.browse(d.id for d in waiting).sudo()._approval_supersede(changed)
        documents.browse(d.id for d in changed if d not in waiting)._approval_rejudge(changed)
        documents.invalidate_recordset(["approval_needed", "approval_info"], flush=False)

    def _refuse_approval_change(self, changed):
        raise UserError(
            "\n".join(
                self.env._(
                    "%(document)s waits for approval, so this cannot be changed: %(changes)s. "
                    "Withdraw the request first.",
                    document=document.display_name,
                    changes=document._get_approval_change_text(changes),
                )
                for document, changes in changed.items()
            )
        )

    def _approval_supersede(self, changed):
        """A customer or a job has changed what waits: what was asked for is gone."""
        for document in self:
            text = document._get_approval_change_text(changed[document])
            request = document.approval_request_id
            request._finish("cancelled", text)
            text = self.env._("Changed while it waited for approval, ask again: %s", text)
            request._tell_responsible({request: text})

    def _approval_rejudge(self, changed):
        """See whether approved documents still are what was approved, and log what changed."""
        if not self:
            return
        needs = self._get_approval_needs()
        texts = {d.approval_approved_id: d._get_approval_change_text(changed[d]) for d in self}
        self.approval_approved_id._log_each("changed", texts)
        asking = self.filtered(lambda document: document.id in needs)
        better = (self - asking).filtered(lambda d: d.approval_state == "outdated")
        better._approval_store("approved")
        worse = asking.filtered(lambda d: d.approval_state == "approved")
        worse._approval_store("outdated")
        reasons = {
            d.approval_approved_id: "\n".join(d._get_approval_reason_lines(needs[d.id]))
            for d in worse
        }
        worse.approval_approved_id._log_each("reopened", reasons)
        title = self.env._("Needs approval again:")
        worse.approval_approved_id._post(
            {r: f"{title}\n{why}\n{texts[r]}" for r, why in reasons.items()}
        )
