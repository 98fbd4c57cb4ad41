import { Component, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useModelWithSampleData } from "@web/model/model";
import { useSetupAction } from "@web/search/action_hook";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { standardViewProps } from "@web/views/standard_view_props";

export class SalesMapController extends Component {
    static template = "sales_map.View";
    static components = { CogMenu, Layout, SearchBar };
    static props = { ...standardViewProps, Model: Function, Renderer: Function, archInfo: Object };

    setup() {
        const { archInfo, resModel, state } = this.props;
        const { latitude, longitude, limit, order } = archInfo;
        this.action = useService("action");
        this.position = state?.position || null;
        this.model = useModelWithSampleData(this.props.Model, {
            resModel,
            latitude,
            longitude,
            order,
            limit: state?.limit || limit,
        });
        this.searchBarToggler = useSearchBarToggler();
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({ position: this.position, limit: this.model.limit }),
        });
    }

    get canCreate() {
        return this.props.archInfo.activeActions.create && this.props.createRecord;
    }

    savePosition(position) {
        this.position = position;
    }

    openRecord(resId) {
        const activeIds = this.model.data.records.map((record) => record.id);
        return this.props.selectRecord(resId, { activeIds });
    }

    openUnplaced() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Without a Place"),
            res_model: this.props.resModel,
            domain: this.model.unplacedDomain,
            context: this.props.context,
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }
}
