import ArgumentParser
import Counterpart

/// The columns that `cells` puts into a cell: keys, outcomes and covariates.
struct CellRowOptions: ParsableArguments {
    @OptionGroup var rows: RowOptions

    @OptionGroup var keys: CellKeyOptions

    /// True where cell tables are to be joined as they are: no column is named.
    ///
    /// - Throws: a refusal of every other option of columns, since without `--outcome` nothing is rolled up.
    func isMerge() throws -> Bool {
        guard rows.areCellTables, rows.outcome.isEmpty else { return false }
        try rows.refuseWhatNeedsRows()
        let given =
            [
                ("--unit", rows.unit != nil), ("--time", rows.time != nil), ("--weights", rows.weights != nil),
                ("--weight-kind", rows.weightKind != nil), ("--lower-is-better", rows.lowerIsBetter),
            ] + keys.given
        for (option, isGiven) in given where isGiven {
            throw RequestError.doesNotApply(
                option: option, to: "cell tables that are merged whole; to keep some columns, name --outcome too")
        }
        return true
    }

    func request() throws -> CellsRequest {
        if rows.weightKind != nil {
            throw RequestError.doesNotApply(option: "--weight-kind", to: "cells, whose sums serve both kinds")
        }
        if rows.lowerIsBetter {
            throw RequestError.doesNotApply(option: "--lower-is-better", to: "cells, which judge nothing")
        }
        return try keys.request(try rows.request())
    }
}

/// The columns that become keys or enter by their sums, besides unit, period and outcome.
struct CellKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The column with the first affected period.", valueName: "column"))
    var start: String?
    @Option(help: ArgumentHelp("A 0/1 column: treated in this period.", valueName: "column"))
    var treated: String?
    @Option(help: ArgumentHelp("Number columns that enter by their sums.", valueName: "columns"))
    var covariates: [String] = []
    @Option(help: ArgumentHelp("Category columns, which become keys.", valueName: "columns"))
    var factors: [String] = []
    @Option(help: ArgumentHelp("Fixed effects besides unit and period, which become keys.", valueName: "columns"))
    var absorb: [String] = []
    @Option(
        help: ArgumentHelp("Columns at whose levels errors are correlated, which become keys.", valueName: "columns"))
    var cluster: String?
    @Option(help: ArgumentHelp("Group columns, as column or column=value, which become keys.", valueName: "column"))
    var group: [String] = []
    @Option(
        help: ArgumentHelp(
            "The group of a triple difference, as column=value, which becomes a key.", valueName: "column=value"))
    var gap: String?
    @Option(help: ArgumentHelp("Prior attainment, whose values become a key.", valueName: "column"))
    var prior: String?
    @Option(help: ArgumentHelp("Further columns that become keys.", valueName: "columns"))
    var by: [String] = []

    /// Whether each was given.
    var given: [(option: String, isGiven: Bool)] {
        [
            ("--start", start != nil), ("--treated", treated != nil), ("--covariates", !covariates.isEmpty),
            ("--factors", !factors.isEmpty), ("--absorb", !absorb.isEmpty), ("--cluster", cluster != nil),
            ("--group", !group.isEmpty), ("--gap", gap != nil), ("--prior", prior != nil), ("--by", !by.isEmpty),
        ]
    }

    func request(_ data: DataRequest) throws -> CellsRequest {
        var request = CellsRequest(data: data)
        if start != nil, treated != nil {
            throw RequestError.conflicting("--start and --treated each say who was treated; give one")
        }
        request.start = start
        request.treated = treated
        request.covariates = CommaList.split(covariates)
        request.factors = CommaList.split(factors)
        request.absorbed = CommaList.split(absorb)
        request.clusters = CommaList.split(cluster)
        request.groups =
            group.flatMap { GroupText($0).columns } + [gap].compactMap { $0 }.map { OutcomeRequest($0).column }
        request.prior = prior
        request.by = CommaList.split(by)
        return request
    }
}
