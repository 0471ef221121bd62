import Foundation
import Panels
import Regression
import Testing

@testable import Estimation
@testable import Inference

/// Regressions without fixed effects on pupils: OLS and its variances as R and clubSandwich compute them.
///
/// The reference's dense values hold to about 1e-12; 1e-9 leaves room for their printed digits.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct PlainRegressionTests {
    struct Model: Sendable, CustomTestStringConvertible {
        var group: String
        var entry: String
        var file: String
        var outcome: String
        /// Column names; `column=value` for a yes/no regressor.
        var regressors: [(term: String, column: String)]
        var cluster: String
        var needs: [String] = []
        var testDescription: String { entry }
    }

    static let models = [
        Model(
            group: "exam", entry: "exam.va_ols", file: "exam.csv", outcome: "normexam",
            regressors: [("standLRT", "standLRT"), ("female", "sex=F")], cluster: "school"),
        Model(
            group: "petersen", entry: "petersen.ols", file: "petersen.csv", outcome: "y", regressors: [("x", "x")],
            cluster: "firm"),
        Model(
            group: "star", entry: "star.gap_ols", file: "star.csv", outcome: "mathk",
            regressors: [("free", "lunchk=free")], cluster: "schoolidk", needs: ["mathk", "readk", "lunchk"]),
        Model(
            group: "scotssec", entry: "scotssec.ols", file: "scotssec.csv", outcome: "attain",
            regressors: [("verbal", "verbal"), ("female", "sex=F")], cluster: "primary"),
        Model(
            group: "crt", entry: "crt.ols", file: "crtData.csv", outcome: "Posttest",
            regressors: [("Intervention", "Intervention"), ("Prettest", "Prettest")], cluster: "School"),
        Model(
            group: "mst", entry: "mst.ols", file: "mstData.csv", outcome: "Posttest",
            regressors: [("Intervention", "Intervention"), ("Prettest", "Prettest")], cluster: "School"),
    ]

    static func rows(_ model: Model) throws -> RowDesign {
        let columns = try ReferenceData.columns("reference/data/\(model.file)")
        let kept = (columns[model.outcome] ?? []).indices.filter { r in
            model.needs.allSatisfy { columns[$0].map { !["", "NA"].contains($0[r]) } ?? false }
        }
        func values(_ column: String) -> [Double] {
            let parts = column.split(separator: "=")
            let texts = kept.map { columns[String(parts[0])]?[$0] ?? "" }
            return parts.count > 1 ? texts.map { $0 == parts[1] ? 1 : 0 } : texts.map { Double($0) ?? .nan }
        }
        let cluster = kept.map { columns[model.cluster]?[$0] ?? "" }
        return RowDesign(
            unit: cluster, time: kept.map { _ in 1 }, y: values(model.outcome), start: kept.map { _ in nil },
            covariates: model.regressors.map { ($0.term, values($0.column)) }, rowsArePupils: true)
    }

    static func fit(_ design: Design) throws -> Fit {
        try TreatmentRegression(
            estimator: .twfe, design: design, effects: [], treatment: [], eventTime: design.eventTime, estimands: []
        ).fit(nested: design.clusters[0])
    }

    @Test(arguments: models, [("cr2", VarianceKind.cr2), ("cr0", .cr0), ("cr1s", .cr1), ("iid", .iid)])
    func pupilsInCellsBySchool(model: Model, variance: (String, VarianceKind)) throws {
        // Every school is one cell: the regressors vary only within cells and between them.
        try check(model, variance, Self.rows(model).gathered())
    }

    @Test(arguments: models, [("cr2", VarianceKind.cr2), ("hc1", .hc1)])
    func oneCellARow(model: Model, variance: (String, VarianceKind)) throws {
        try check(model, variance, Self.rows(model).oneCellARow())
    }

    private func check(_ model: Model, _ variance: (String, VarianceKind), _ design: Design) throws {
        let fit = try Self.fit(design)
        let covariance = try CovarianceOfEstimates.compute(fit, kind: variance.1, smallSample: .stata)
        let table = EffectTable(fit: fit, covariance: covariance, options: AnalysisOptions()).effects()
        let values = try ReferenceData.expected("\(model.entry).\(variance.0)", in: model.group)
        for regressor in model.regressors {
            try ReferenceTests.check(
                table.first { $0.term == regressor.term }, values.first { $0.term == regressor.term }, relative: 1e-9)
        }
    }

    /// School effects, nested in the clusters or crossed with them, singletons kept or dropped.
    @Test(arguments: [
        ("exam.va_fe.cl", "exam", 0, ["school"], "school", VarianceKind.cr1, false),
        ("exam.va_fe.hc1", "exam", 0, ["school"], "school", .hc1, false),
        ("exam.va_fe.iid", "exam", 0, ["school"], "school", .iid, false),
        ("petersen.fixest.fe_firm", "petersen", 1, ["firm"], "firm", .cr1, false),
        ("star.gap_fe.cl", "star", 2, ["schoolidk"], "schoolidk", .cr1, false),
        ("scotssec.fe2", "scotssec", 3, ["primary", "second"], "second", .cr1, false),
        ("scotssec.fe2.singletons_dropped", "scotssec", 3, ["primary", "second"], "second", .cr1, true),
        ("mst.fe.cl", "mst", 5, ["School"], "School", .cr1, false),
    ])
    func effectsOfSchools(
        entry: String, group: String, index: Int, effects: [String], cluster: String, kind: VarianceKind, drops: Bool
    ) throws {
        var model = Self.models[index]
        model.cluster = cluster
        var rows = try Self.rows(model)
        rows.absorbed = try effects.map { name in
            let columns = try ReferenceData.columns("reference/data/\(model.file)")
            let kept = (columns[model.outcome] ?? []).indices.filter { r in
                model.needs.allSatisfy { columns[$0].map { !["", "NA"].contains($0[r]) } ?? false }
            }
            return (name, kept.map { columns[name]?[$0] ?? "" })
        }
        // HC1 needs the rows: its regressors vary within cells.
        var design = kind == .hc1 ? rows.oneCellARow() : rows.gathered()
        if drops { design = design.keeping(Singletons(design, effects: design.absorbed).keep) }
        let fit = try TreatmentRegression(
            estimator: .twfe, design: design, effects: design.absorbed, treatment: [], eventTime: design.eventTime,
            estimands: []
        ).fit(nested: nil)
        let covariance = try CovarianceOfEstimates.compute(fit, kind: kind, smallSample: .fixest)
        let table = EffectTable(fit: fit, covariance: covariance, options: AnalysisOptions()).effects()
        // The peers demean iteratively.
        for value in try ReferenceData.expected(entry, in: group) {
            try ReferenceTests.check(table.first { $0.term == value.term }, value)
        }
    }
}
