import { rpcBus } from "@web/core/network/rpc";
import { UPDATE_METHODS } from "@web/core/orm_service";
import { registry } from "@web/core/registry";

const MODELS = ["sales.customer.layout", "sales.customer.layout.line"];

/** Browsers keep the forms that they have opened: a layout that was changed makes them old. */
export const layoutCacheService = {
    dependencies: ["bus_service"],
    start(_env, { bus_service }) {
        const forget = () => rpcBus.trigger("CLEAR-CACHES", "get_views");
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
            const { model, method } = detail.data.params;
            if (
                MODELS.includes(model) &&
                [...UPDATE_METHODS, "action_load_form"].includes(method)
            ) {
                forget();
            }
        });
        bus_service.subscribe("sales_customer_layout/changed", forget);
    },
};

registry.category("services").add("sales_customer_layout_cache", layoutCacheService);
