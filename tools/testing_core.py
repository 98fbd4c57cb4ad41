"""Odoo's own tests, run on a database that has our addons as well."""

from __future__ import annotations

from .testing_odoo import OdooTests
from .testing_report import Outcome

# Tests of the kind at_install run while the addons after theirs are not loaded yet, so nothing
# fills the required columns of these: core's own suites fail on any database with more addons.
FORGIVE_LATER_COLUMNS = """
DO $$
DECLARE later record;
BEGIN
    FOR later IN
        SELECT c.table_name, c.column_name
          FROM information_schema.columns c
          JOIN pg_tables t ON t.schemaname = c.table_schema AND t.tablename = c.table_name
         WHERE c.table_schema = 'public' AND c.is_nullable = 'NO' AND c.column_name != 'id'
           AND left(c.table_name, 3) != 'ir_'
           AND EXISTS (SELECT 1 FROM information_schema.columns k
                        WHERE k.table_schema = 'public' AND k.table_name = c.table_name
                          AND k.column_name = 'id')
           AND NOT EXISTS (
                SELECT 1
                  FROM ir_model_fields f
                  JOIN ir_model_data d ON d.model = 'ir.model.fields' AND d.res_id = f.id
                 WHERE replace(f.model, '.', '_') = c.table_name AND f.name = c.column_name
                   AND d.module = '{suite}')
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP NOT NULL',
                       later.table_name, later.column_name);
    END LOOP;
END $$
"""


class CoreTests(OdooTests):
    """The suite of one of Odoo's own addons."""

    def __init__(self, part, databases, source, suite: str):
        super().__init__(part, databases, source, f"/{suite}")
        self.suite = suite

    def _prepare(self, database: str) -> None:
        self.databases.server.psql(FORGIVE_LATER_COLUMNS.format(suite=self.suite), database)

    def _log_complaints(self, log) -> list[str]:
        """Odoo notices what `_prepare` did."""
        complaints = super()._log_complaints(log)
        return [one for one in complaints if "odoo.schema: Missing not-null" not in one]

    def _read(self, code: int) -> list[Outcome]:
        """Leave out what core itself skips, such as tests that want its demo data."""
        return [one for one in super()._read(code) if not one.reason.startswith("skipped, ")]
