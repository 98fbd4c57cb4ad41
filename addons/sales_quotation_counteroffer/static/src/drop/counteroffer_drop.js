import { Component, onMounted, useExternalListener, useRef } from "@odoo/owl";
import { Dropzone } from "@web/core/dropzone/dropzone";
import { useCustomDropzone } from "@web/core/dropzone/dropzone_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { checkFileSize } from "@web/core/utils/files";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const WIZARD = "sales.quotation.counteroffer";
// what browsers say of a workbook while it is dragged; some say nothing before it is dropped
const TYPES = [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/x-moz-file",
    "",
];

class CounterofferDropzone extends Component {
    static template = "sales_quotation_counteroffer.CounterofferDropzone";
    static components = { Dropzone };
    static props = Dropzone.props;
}

/** Takes a workbook that is dropped on the sheet of a quotation; other files see no drop zone. */
export class CounterofferDrop extends Component {
    static template = "sales_quotation_counteroffer.CounterofferDrop";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.marker = useRef("marker");
        this.target = { el: null };
        this.isWorkbook = false;
        // both before those of the drop zone, which asks for what they find
        onMounted(() => {
            this.target.el = this.marker.el.closest(".o_form_sheet");
        });
        useExternalListener(document, "dragenter", (ev) => this.look(ev), { capture: true });
        useCustomDropzone(
            this.target,
            CounterofferDropzone,
            { onDrop: (ev) => this.drop(ev) },
            () => this.isWorkbook
        );
    }

    look(ev) {
        const items = [...(ev.dataTransfer?.items || [])];
        this.isWorkbook = items.length <= 1 && items.every((item) => TYPES.includes(item.type));
    }

    async drop(ev) {
        const [file] = ev.dataTransfer.files;
        if (!file?.name.toLowerCase().endsWith(".xlsx")) {
            this.notification.add(
                _t("Here goes the Excel file that the customer edited. Others go to the chatter."),
                { type: "warning" }
            );
            return;
        }
        const { record } = this.props;
        if (!checkFileSize(file.size, this.notification) || !(await record.save())) {
            return;
        }
        const url = await getDataURLFromFile(file);
        const values = {
            order_id: record.resId,
            file: url.slice(url.indexOf(",") + 1),
            file_name: file.name,
        };
        const ids = await this.orm.create(WIZARD, [values]);
        await this.action.doAction(await this.orm.call(WIZARD, "action_compare", [ids]));
    }
}

registry.category("view_widgets").add("sales_counteroffer_drop", { component: CounterofferDrop });
