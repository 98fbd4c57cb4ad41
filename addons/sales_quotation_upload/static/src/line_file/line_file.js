import { registry } from "@web/core/registry";
import { checkFileSize } from "@web/core/utils/files";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { BinaryField, binaryField } from "@web/views/fields/binary/binary_field";
import { useState } from "@odoo/owl";

/** A file that may also be dropped. */
export class LineFileField extends BinaryField {
    static template = "sales_quotation_upload.LineFileField";

    setup() {
        super.setup();
        this.state = useState({ isOver: false });
    }

    get hasFile() {
        return Boolean(this.props.record.data[this.props.name]);
    }

    async onDrop(ev) {
        this.state.isOver = false;
        const file = ev.dataTransfer?.files[0];
        if (file && checkFileSize(file.size, this.notification)) {
            const url = await getDataURLFromFile(file);
            await this.update({ data: url.split(",")[1], name: file.name });
        }
    }
}

registry.category("fields").add("sales_line_file", {
    ...binaryField,
    component: LineFileField,
});
