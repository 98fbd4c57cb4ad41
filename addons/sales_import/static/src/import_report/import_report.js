import { Component, useState } from "@odoo/owl";
import { download } from "@web/core/network/download";
import { _t } from "@web/core/l10n/translation";

const PAGE = 50;

export class ImportReport extends Component {
    static template = "sales_import.ImportReport";
    static props = {
        report: Object,
        openRecords: Function,
    };

    setup() {
        this.state = useState({ shown: PAGE });
    }

    get summary() {
        const { isTest, isDone, skipsInvalidRows, loaded, rejected } = this.props.report;
        if (!rejected) {
            return isTest
                ? _t("%s records can be loaded; check the remarks below.", loaded)
                : _t("%s records were loaded; check the remarks below.", loaded);
        }
        if (isTest && skipsInvalidRows) {
            return _t("%(loaded)s records can be loaded, %(rejected)s rows would be rejected.", {
                loaded,
                rejected,
            });
        }
        if (isDone || skipsInvalidRows) {
            return _t("%(loaded)s records were loaded, %(rejected)s rows were rejected.", {
                loaded,
                rejected,
            });
        }
        return _t("%(rejected)s rows have a problem. Nothing was written.", { rejected });
    }

    get advice() {
        const { isTest, isDone, skipsInvalidRows, rejected } = this.props.report;
        if (!rejected) {
            return "";
        }
        if (isDone) {
            return _t(
                "Download the rejected rows, correct them in the file, then import that file."
            );
        }
        if (!skipsInvalidRows) {
            return _t(
                'Correct the cells in your file, or tick "Load the good rows, report the others".'
            );
        }
        return isTest ? _t("Press Import to load the good rows.") : "";
    }

    get messages() {
        return this.props.report.messages.slice(0, this.state.shown);
    }

    get remaining() {
        return Math.max(0, this.props.report.messages.length - this.state.shown);
    }

    get moreLabel() {
        return _t("Show more (%s not shown)", this.remaining);
    }

    showMore() {
        this.state.shown += 10 * PAGE;
    }

    downloadRejected() {
        return download({ url: `/sales_import/rejected/${this.props.report.importId}`, data: {} });
    }
}
