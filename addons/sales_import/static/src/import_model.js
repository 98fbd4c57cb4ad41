import { BaseImportModel } from "@base_import/import_model";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/**
 * The server answers every problem of every row. Its report is gathered over the batches of a
 * file and shown as a whole, instead of the first errors of the first batch that has some.
 */
patch(BaseImportModel.prototype, {
    async init(...args) {
        this.importOptionsValues.skip_invalid_rows = { value: false };
        this.importOptionsValues.report_append = { value: false };
        this.importReport = null;
        return super.init(...args);
    },

    async updateData(...args) {
        this.importReport = null;
        return super.updateData(...args);
    },

    async executeImport(isTest = false, ...args) {
        this.importReport = null;
        const data = await super.executeImport(isTest, ...args);
        this._closeImportReport(isTest, data.res);
        return data;
    },

    async _callImport(dryrun, args) {
        args[3].report_append = Boolean(this.importReport);
        const result = await super._callImport(dryrun, args);
        if (!result.report) {
            return result;
        }
        this._addToImportReport(result);
        const stops = result.report.problems && !dryrun && !args[3].skip_invalid_rows;
        // the report lists the problems; a message would end the import at this batch
        result.messages = stops ? [this._getRefusedMessage()] : [];
        return result;
    },

    _addToImportReport({ report, messages, ids }) {
        const total = this.importReport || {
            importId: report.import_id,
            isTest: report.dryrun,
            loaded: 0,
            rejected: 0,
            problems: 0,
            messages: [],
            ids: [],
        };
        this.importReport = {
            ...total,
            loaded: total.loaded + report.loaded,
            rejected: total.rejected + report.rejected,
            problems: total.problems + report.problems,
            messages: [...total.messages, ...messages],
            ids: [...total.ids, ...(ids || [])],
            skipsInvalidRows: this.importOptions.skip_invalid_rows,
        };
    },

    _getRefusedMessage() {
        return {
            type: "error",
            not_matching_error: true,
            message: _t("Nothing was imported: correct the cells listed below and try again."),
        };
    },

    /**
     * A report without problems says nothing that core does not say; one with problems keeps the
     * screen (core would go on to the imported records) and takes back that all seems valid.
     */
    _closeImportReport(isTest, res) {
        const report = this.importReport;
        if (!report || !report.messages.length) {
            this.importReport = null;
            return;
        }
        report.isInterrupted = Boolean(res.nextrow);
        if (report.problems && isTest) {
            this.importMessages = this.importMessages.filter((message) => message.type !== "info");
        }
        if (!isTest) {
            report.isDone = report.skipsInvalidRows && !res.nextrow && !res.hasError;
            res.hasError = true;
        }
        if (report.isDone) {
            this.setOption("skip", 0);
        }
    },
});
