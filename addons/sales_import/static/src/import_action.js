import { ImportAction } from "@base_import/import_action/import_action";
import { patch } from "@web/core/utils/patch";
import { ImportReport } from "./import_report/import_report";

ImportAction.components = { ...ImportAction.components, ImportReport };

patch(ImportAction.prototype, {
    /** The good rows are in the database: importing the same file again would double them. */
    get isImportDone() {
        return Boolean(this.model.importReport?.isDone);
    },
});
