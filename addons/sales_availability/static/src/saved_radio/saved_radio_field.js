import { registry } from "@web/core/registry";
import { RadioField, radioField } from "@web/views/fields/radio/radio_field";

/** A choice that changes the order of lines: saving it shows them in their new places. */
export class SavedRadioField extends RadioField {
    async onChange(value) {
        await super.onChange(value);
        const { record } = this.props;
        if (record.resId) {
            await record.save();
        }
    }
}

registry.category("fields").add("availability_saved_radio", {
    ...radioField,
    component: SavedRadioField,
});
