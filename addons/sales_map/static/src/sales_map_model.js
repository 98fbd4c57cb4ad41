import { Domain } from "@web/core/domain";
import { KeepLast } from "@web/core/utils/concurrency";
import { Model } from "@web/model/model";

export const MOST_MARKERS = 10000;

/** The records that have a place, with only what a marker needs; and how many have none. */
export class SalesMapModel extends Model {
    setup(params) {
        this.params = params;
        this.limit = params.limit;
        this.keepLast = new KeepLast();
        this.data = { records: [], length: 0, unplaced: 0 };
    }

    /** 0, 0 lies in the sea: it is how a form says "not known". */
    get placedDomain() {
        const { latitude, longitude } = this.params;
        return new Domain([
            "&",
            "|",
            [latitude, "!=", 0],
            [longitude, "!=", 0],
            "&",
            "&",
            [latitude, ">=", -90],
            [latitude, "<=", 90],
            "&",
            [longitude, ">=", -180],
            [longitude, "<=", 180],
        ]);
    }

    get unplacedDomain() {
        return Domain.and([this.searchParams.domain, Domain.not(this.placedDomain)]).toList({});
    }

    async load(searchParams) {
        this.searchParams = searchParams;
        const { resModel, latitude, longitude, order } = this.params;
        const { context, domain } = searchParams;
        const [placed, unplaced] = await this.keepLast.add(
            Promise.all([
                this.orm.webSearchRead(
                    resModel,
                    Domain.and([domain, this.placedDomain]).toList({}),
                    {
                        specification: { display_name: {}, [latitude]: {}, [longitude]: {} },
                        limit: this.limit,
                        order,
                        context,
                    }
                ),
                this.orm.searchCount(resModel, this.unplacedDomain, { context }),
            ])
        );
        this.data = { records: placed.records, length: placed.length, unplaced };
    }

    async showMore() {
        this.limit = MOST_MARKERS;
        await this.load(this.searchParams);
        this.notify();
    }
}
