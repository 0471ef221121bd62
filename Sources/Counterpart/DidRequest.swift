import Estimation
import Inference
import Panels
import Reporting
import Tables

/// A difference-in-differences question: data, who was treated, what is held constant, how it is estimated.
public struct DidRequest: Sendable {
    public var data = DataRequest()
    /// Who was treated, what a row is, clusters, factors, the gap; its unit and time follow `data`.
    public var design: DesignRequest
    /// Number columns held constant.
    public var covariates: [String] = []
    /// The values of the treatment column that mean "treated in this period"; empty for a 0/1 column.
    public var treatedValues: [String] = []
    /// Old unit to new unit, one to one.
    public var links: [String: String] = [:]
    /// Only units with rows in every period.
    public var keepsBalanced = false
    /// Only units that are there and not treated in this period.
    public var keepsUntreatedAt: String?
    /// Leaves out the exam years whose results were assessed by teachers or centres.
    public var dropsCovidYears = false
    /// A column that says which partners belong together.
    public var partnership: String?
    public var by: [String] = []
    /// Values of the gap's and the `by` columns that mean unknown, besides the empty one.
    public var unknown: [String] = []
    /// Columns that become keys of the cells without a part in the design, for tables beside the estimate.
    public var furtherKeys: [String] = []
    /// The same, for rules about units; their values are no names of groups.
    public var ruleColumns: [String] = []
    public var analysis = AnalysisOptions()
    public var pupilSD: Double?
    public var lowerIsBetter = false
    /// How the comparison is built with the estimate; nil where every comparison unit compares.
    public var matching: MatchingRequest?
    /// What was not run because the comparison was built, in sentences.
    var notBesideMatching: [String] = []
    /// The comparison, once it is fixed.
    var comparison: FixedComparison?
    /// What is shown of small numbers.
    public var disclosure = DisclosureProfile.ofCommands
    /// The result is to be published, by a profile that was named: then counts of rows are guarded and rounded too.
    public var isForPublication = false
    /// Counts of pupils below this are not shown: the threshold of `disclosure`.
    public var suppressBelow: Int {
        get { disclosure.threshold }
        set { disclosure.threshold = newValue }
    }
    public var diagnosesBalance = true
    /// Takes the means of units and periods before estimating.
    public var collapses = false
    /// Outcomes that the partnership cannot affect: the result of each stands among the diagnostics.
    public var placeboOutcomes: [OutcomeRequest] = []

    public init(data: DataRequest, treatment: TreatmentSource) {
        self.data = data
        design = DesignRequest(unit: data.unitName, time: data.timeName ?? "", treatment: treatment)
    }

    /// Treated units and their counterparts are clusters, unless others were named.
    var clustersBySet: Bool { design.clusters.isEmpty && comparison?.hasSets ?? false }

    /// The same question with its comparison built and fixed, before any later result is read.
    func fixingComparison() throws -> DidRequest {
        guard let matching, comparison == nil else { return self }
        if data.files.contains(where: { $0.path == "-" }) {
            throw RequestError.doesNotApply(
                option: "--match",
                to: "standard input, which comes once, while the comparison is built before later rows are read: "
                    + "name a file")
        }
        var fixed = self
        fixed.comparison = try FixedComparison(self, matching)
        return fixed
    }

    /// The outcomes whose cells are read after the outcomes: placebos that are no covariate.
    var placebosRead: [OutcomeRequest] { placeboOutcomes.filter { !covariates.contains($0.name) } }

    /// The same question for its estimate and interval alone.
    var withoutFurtherDiagnostics: DidRequest {
        var plain = self
        plain.analysis.leavesEachOut = false
        plain.analysis.decomposes = false
        plain.analysis.triesPlacebos = false
        plain.analysis.diagnosesComposition = false
        plain.placeboOutcomes = []
        return plain
    }

    /// Covariates and weights that the rows of a cell must share, for variances that take each row's error for itself, and
    /// covariates for estimators that take each row for itself.
    var splitColumns: [String] {
        guard !collapses else { return [] }
        guard analysis.vcov?.isByRow == true else {
            let isCurved = analysis.estimation.family.map { $0 != .linear } ?? false
            return isCurved || analysis.estimator?.takesRowsApart == true ? covariates : []
        }
        return covariates + [data.weightsAreFrequencies ? nil : data.weights].compactMap { $0 }
    }

    /// The same as keys of the cells.
    func splittingColumns() -> [ColumnRequest] {
        splitColumns.map { ColumnRequest("\($0) by value", source: .column($0), role: .numericKey) }
    }

    /// The key columns of the cells, each once, in the order of the exchanged form.
    func keyColumns() -> [ColumnRequest] {
        var keys = [data.unitColumn()]
        if let time = data.timeColumn() { keys.append(time) }
        var names: [String] = []
        switch design.treatment {
        case .startColumn(let name), .treatedColumn(let name): names.append(name)
        case .partners: break
        }
        names += design.clusters + design.absorbed
        if let gap = design.gap { names.append(gap.column) }
        names += design.factors + [partnership].compactMap { $0 } + by + furtherKeys + ruleColumns
        for name in names where !keys.contains(where: { $0.name == name }) {
            keys.append(ColumnRequest(name, role: .key))
        }
        return keys
    }
}

extension DidRequest {
    /// The design that is estimated: with the comparison that was built, where one was.
    func compared(_ design: Design) -> Design {
        comparison?.applied(to: design, clustersBySet: clustersBySet) ?? design
    }
}

extension AnalysisOptions {
    /// For an estimate and its interval alone.
    var alone: AnalysisOptions {
        var alone = self
        alone.comparison = nil
        (alone.permutations, alone.wild, alone.bootstrap) = (0, 0, 0)
        alone.diagnosesPreTrend = false
        alone.leavesEachOut = false
        alone.decomposes = false
        alone.triesPlacebos = false
        alone.diagnosesComposition = false
        alone.judgesSensitivity = false
        return alone
    }
}
