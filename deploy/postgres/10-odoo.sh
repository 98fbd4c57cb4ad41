#!/bin/bash
# Runs once, in an empty data folder: Odoo's role (no superuser) and its database. The superuser
# loses its password, so that it can enter from inside of the container only.
set -euo pipefail

psql -X -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v superuser="$POSTGRES_USER" -v role="$ODOO_DB_USER" -v db="$ODOO_DB" \
    -v password="$(< "$POSTGRES_PASSWORD_FILE")" \
    -v database="$(dirname "${BASH_SOURCE[0]}")/database.psql" <<'SQL'
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'password';
\i :database
ALTER ROLE :"superuser" PASSWORD NULL;
SQL
