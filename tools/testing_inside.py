"""Runs inside Odoo (`odoo shell`): an addon's whole life in a database, and its translations.

Started by testing_lifecycle.py; `odoo` and `polib` are only imported here.
"""

import json
import re
import traceback
from pathlib import Path

# What a person or an administrator would see left behind, apart from tables and columns.
RECORDS = (
    "ir.ui.menu",
    "ir.ui.view",
    "ir.actions.act_window",
    "ir.actions.server",
    "ir.actions.report",
    "ir.actions.client",
    "ir.cron",
    "ir.rule",
    "ir.model",
    "ir.model.fields",
    "ir.model.access",
    "ir.model.constraint",
    "ir.model.inherit",
    "ir.model.relation",
    "ir.config_parameter",
    "ir.sequence",
    "ir.default",
    "ir.filters",
    "ir.asset",
    "res.groups",
    "res.groups.privilege",
    "mail.template",
    "mail.activity.type",
    "mail.message.subtype",
    "decimal.precision",
)
SCHEMA = {
    "relation": """
        -- core names the counter of a sequence by the id that its record happens to get
        SELECT concat(relkind, ' ', regexp_replace(relname, '^ir_sequence_\\d+$', 'ir_sequence_N'))
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S', 'i')""",
    "column": """
        SELECT concat(table_name, '.', column_name, ' ', data_type, ' nullable: ', is_nullable)
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """
        SELECT concat(conrelid::regclass, ' ', conname, ' ',
            -- core itself changes what happens on deletion when it reloads its models
            regexp_replace(pg_get_constraintdef(oid), ' ON DELETE .*', ''))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "trigger": """
        SELECT tgrelid::regclass::text || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal""",
    "function": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "external id": "SELECT module || '.' || name FROM ir_model_data",
}
# What a company would miss: their number must not change when an addon comes or goes.
BUSINESS = (
    "res.partner",
    "product.product",
    "sale.order",
    "sale.order.line",
    "stock.picking",
    "stock.move",
    "stock.quant",
    "stock.lot",
    "account.move",
    "crm.lead",
    "res.users",
    "stock.warehouse",
)
# Made by whoever works next, not by an addon: they are no leftovers.
# The last are of pages of the website, which have the fields of views: core names them only when an
# addon that adds to views is installed after the website.
PASSING = re.compile(
    r"^ir\.asset |^external id (?:__export__|__import__|_import_|sales_map\.field_website_)"
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sdif]|\{(\w*)\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")


class Database:
    """Short transactions on the database, each with the registry as it then is."""

    def __init__(self, name):
        self.name = name

    def do(self, action):
        from odoo import SUPERUSER_ID, api
        from odoo.modules.registry import Registry

        with Registry(self.name).cursor() as cr:
            return action(api.Environment(cr, SUPERUSER_ID, {}))

    def press(self, addon, button):
        """The button of the Apps screen."""

        def action(env):
            module = env["ir.module.module"].search([("name", "=", addon)])
            if not module:
                env["ir.module.module"].update_list()
                module = env["ir.module.module"].search([("name", "=", addon)])
            getattr(module, button)()

        self.do(action)

    def state_of(self, addon):
        return self.do(lambda env: env["ir.module.module"].search([("name", "=", addon)]).state)

    def look(self):
        return self.do(_look)


def _look(env):
    """Everything in the database that an addon may leave behind, as texts."""
    seen = set()
    for kind, query in SCHEMA.items():
        env.cr.execute(query)
        seen.update(f"{kind} {row[0]}" for row in env.cr.fetchall())
    for model in RECORDS:
        if model in env:
            records = env[model].with_context(active_test=False).search([])
            seen.update(f"{model} {record.id} {record.display_name}" for record in records)
    return {text for text in seen if not PASSING.match(text)}


def _differences(before, after):
    return [
        *(f"left behind: {text}" for text in sorted(after - before)),
        *(f"missing: {text}" for text in sorted(before - after)),
    ]


class Lifecycle:
    """Installs, upgrades, uninstalls and installs one addon again, and compares."""

    def __init__(self, database, addon, own_depends):
        self.database = database
        self.addon = addon
        self.own_depends = own_depends
        self.outcomes = []
        self.base = self.installed = None

    def run(self):
        steps = (
            ("installs alone", self._install),
            ("zh_CN is complete", self._check_translations),
            ("upgrades and changes nothing", self._upgrade),
            ("uninstalls and leaves nothing behind", self._uninstall),
            ("installs again as the first time", self._install_again),
        )
        for name, step in steps:
            try:
                complaints = step()
            except Exception:  # whatever it is, it is this step's failure and is reported
                self._note(name, [traceback.format_exc()])
                break
            self._note(name, complaints)
        return self.outcomes

    def _note(self, name, complaints):
        self.outcomes.append({"name": f"{self.addon} {name}", "complaints": complaints})

    def _install(self):
        for addon in self.own_depends:
            self.database.press(addon, "button_immediate_install")
        if self.database.state_of(self.addon) == "installed":  # it installs itself beside these
            self.database.press(self.addon, "button_immediate_uninstall")
        self.base = self.database.look()
        self.database.press(self.addon, "button_immediate_install")
        self.installed = self.database.look()
        state = self.database.state_of(self.addon)
        return [] if state == "installed" else [f"its state is {state}"]

    def _check_translations(self):
        return self.database.do(lambda env: untranslated(env, self.addon))

    def _upgrade(self):
        self.database.press(self.addon, "button_immediate_upgrade")
        return _differences(self.installed, self.database.look())

    def _uninstall(self):
        self.database.press(self.addon, "button_immediate_uninstall")
        return _differences(self.base, self.database.look())

    def _install_again(self):
        self.database.press(self.addon, "button_immediate_install")
        return _differences(_without_ids(self.installed), _without_ids(self.database.look()))


def _without_ids(texts):
    named = {re.sub(r"^([a-z_]+(?:\.[a-z_]+)+) \d+ ", r"\1 ", text) for text in texts}
    return {re.sub(r"(ir\.model\.inherit),\d+$", r"\1", text) for text in named}


def untranslated(env, addon, language="zh_CN"):
    """What a reader of the language would see in English: one line a term."""
    import polib

    from odoo.modules import get_module_path
    from odoo.tools.translate import TranslationModuleReader

    path = Path(get_module_path(addon)) / "i18n" / f"{language}.po"
    entries = {entry.msgid: entry for entry in polib.pofile(str(path))} if path.exists() else {}
    terms = {}
    depends = _dependencies(env, addon)
    for _module, kind, name, id_, source, _value, comments in TranslationModuleReader(
        env.cr, modules=[addon]
    ):
        if kind != "model" or depends & _origins(env, name, id_):
            place = f"{kind}:{name}" if kind == "code" else f"{kind}:{name}:{id_}"
            terms.setdefault(source, []).append((place, comments))
    found = [
        f"{why}: {source!r} ({places[0][0]})"
        for source, places in terms.items()
        if (why := _flaw(source, entries.get(source)) or _gap(entries[source], places))
    ]
    if terms and not path.exists():
        found.insert(0, f"{path.name} does not exist")
    return found


def _gap(entry, places):
    """Where the translation does not arrive: Odoo reads it for the places that its entry names."""
    named = {place for place, _line in entry.occurrences}
    for place, comments in places:
        if place not in named or not all(comment in entry.comment for comment in comments):
            return f"not translated at {place}"
    return None


def _dependencies(env, addon):
    """The addon and all that it stands on."""
    found = module = env["ir.module.module"].search([("name", "=", addon)])
    while module := module.dependencies_id.depend_id - found:
        found |= module
    return set(found.mapped("name"))


def _origins(env, name, external_id):
    """Which addons a term of a record comes from: others may add fields to models of ours."""
    model, _comma, field = name.partition(",")
    if model == "ir.model.fields":
        record = env.ref(external_id)
        model, field = record.model, record.name
    known = env[model]._fields.get(field) if model in env else None
    return set(known._modules) if known else {"base"}


def _flaw(source, entry):
    """What is wrong with the translation of a term, or nothing."""
    if entry is None or entry.obsolete or not entry.msgstr.strip():
        return "not translated"
    if entry.fuzzy:
        return "marked fuzzy"
    if _placeholders(source) != _placeholders(entry.msgstr):
        return f"other placeholders in its translation {entry.msgstr!r}"
    if len(WORD.findall(source)) > 2 and not CHINESE.search(entry.msgstr):
        return f"its translation {entry.msgstr!r} has no Chinese in it"
    return None


def _placeholders(text):
    return sorted(match.group(0) for match in PLACEHOLDER.finditer(text))


def lifecycle(env, addon, own_depends, target):
    """Entry point: the outcomes go to a file, for the log belongs to Odoo."""
    env.cr.rollback()
    outcomes = Lifecycle(Database(env.cr.dbname), addon, own_depends).run()
    Path(target).write_text(json.dumps(outcomes), encoding="utf-8")


def _count(env):
    models = [model for model in BUSINESS if model in env]
    return {model: env[model].with_context(active_test=False).search_count([]) for model in models}


def _forget_origin(env):
    """A company's own records belong to no addon; those of the demo company would go with it."""
    env.cr.execute(
        "DELETE FROM ir_model_data WHERE module = 'sales_cycle_demo' AND model NOT LIKE 'ir.%%'"
    )


def life_with_data(env, addons, target):
    """Entry point: upgrade, then uninstall our addons one by one on a company's database."""
    env.cr.rollback()
    database = Database(env.cr.dbname)
    database.do(_forget_origin)
    before = database.do(_count)
    told = {"before": before, "after": {}}
    for addon, button in (
        *((addon, "button_immediate_upgrade") for addon in addons),
        *((addon, "button_immediate_uninstall") for addon in reversed(addons)),
    ):
        if database.state_of(addon) == "installed":
            database.press(addon, button)
            told["after"][f"{addon} {button}"] = database.do(_count)
    told["states"] = {addon: database.state_of(addon) for addon in addons}
    Path(target).write_text(json.dumps(told), encoding="utf-8")
