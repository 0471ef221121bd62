import Estimation
import LinearAlgebra
import Panels

@testable import Inference
@testable import Regression

/// A regression of a column on columns, as a peer is asked for one.
struct PlainRegression: Sendable {
    var file: String
    /// Columns, `column=value` for a yes/no column, sums and products of them: `a + b`, `a * b`.
    var outcome: String
    /// Terms by the peer's name.
    var terms: [(name: String, column: String)]
    /// Absorbed.
    var effects: [String] = []
    /// Dummies in full, the first level in byte order left out.
    var factors: [String] = []
    var clusters: [String] = []
    var weights: String?
    /// Rows with a value in these columns, and rows that hold these values.
    var needs: [String] = []
    var only: [String: String] = [:]
    /// Rows of the first so many values, in byte order, of a column.
    var first: (count: Int, column: String)?

    struct Answer {
        var estimate: Double
        var standardError: Double?
        var degreesOfFreedom: Double
    }

    func rows(clusters: [String]) throws -> RowDesign {
        let columns = try ReferenceData.columns("reference/data/\(file)")
        let chosen = first.map { Set(Set(columns[$0.column] ?? []).sorted().prefix($0.count)) }
        let kept = (columns.values.first ?? []).indices.filter { r in
            needs.allSatisfy { columns[$0].map { !["", "NA"].contains($0[r]) } ?? false }
                && only.allSatisfy { column, value in columns[column]?[r] == value }
                && (first.map { chosen?.contains(columns[$0.column]?[r] ?? "") == true } ?? true)
        }
        func text(_ column: String) -> [String] { kept.map { columns[column]?[$0] ?? "" } }
        func numbers(_ expression: String) -> [Double] {
            for (mark, join) in [(" + ", { $0 + $1 }), (" * ", { $0 * $1 })] as [(String, (Double, Double) -> Double)] {
                let parts = expression.split(separator: mark, maxSplits: 1).map(String.init)
                if parts.count == 2 { return zip(numbers(parts[0]), numbers(parts[1])).map(join) }
            }
            let parts = expression.split(separator: "=").map(String.init)
            let values = text(parts[0])
            return parts.count == 2
                ? values.map { $0 == parts[1] ? 1 : 0 } : values.map { Double($0) ?? .nan }
        }
        let levels = clusters.isEmpty ? [("row", kept.map(String.init))] : clusters.map { ($0, text($0)) }
        return RowDesign(
            unit: levels[0].1, time: kept.map { _ in 1 }, y: numbers(outcome), start: kept.map { _ in nil },
            covariates: terms.map { ($0.name, numbers($0.column)) }, weights: weights.map(numbers),
            clusters: levels, factors: factors.map { ($0, text($0)) }, absorbed: effects.map { ($0, text($0)) },
            rowsArePupils: true)
    }

    /// Estimates by term, `(Intercept)` among them where nothing is absorbed.
    func answers(
        _ kind: VarianceKind, _ rule: SmallSample, clusters: [String], dropsSingletons: Bool = false
    ) throws -> [String: Answer] {
        let rows = try rows(clusters: clusters)
        // Robust variances need the rows; clustered ones are had from cells by cluster.
        var design = kind.isClustered ? rows.gathered() : rows.oneCellARow()
        if dropsSingletons { design = design.keeping(Singletons(design, effects: design.absorbed).keep) }
        let compressed = CompressedRows(design, pool: design.clusterBlocks.codes)
        let model = try LeastSquares(
            ModelColumns(
                design, rows: compressed, effects: design.absorbed), rows: compressed)
        let q = design.moments.variableCount
        let total = design.moments.weight.reduce(0, +)
        let means = (1..<max(q, 1)).map { j in
            (0..<design.cellCount).reduce(0) { $0 + design.moments.weight[$1] * design.moments.mean[$1 * q + j] }
                / total
        }
        var names: [String] = []
        var columns: [[Double]] = []
        for (a, label) in model.labels.enumerated() where label.role == .covariate {
            names.append(label.name)
            columns.append(model.labels.indices.map { $0 == a ? 1 : 0 })
        }
        if effects.isEmpty {
            // The covariates are about their means.
            names.append("(Intercept)")
            columns.append(
                model.labels.map { label in
                    if label.name == "constant" { return 1 }
                    return design.covariates.firstIndex(of: label.name).map { -means[$0] } ?? 0
                })
        }
        let contrasts = Matrix(rows: model.labels.count, columns: columns)
        let estimates = LinearEstimates(
            model, contrasts: contrasts, rows: compressed, moments: design.moments,
            observationCount: design.observationCount, effects: design.absorbed, clusters: design.clusters)
        let covariance = try CovarianceOfEstimates.compute(estimates, kind: kind, smallSample: rule)
        let values = contrasts.transposedTimes(model.coefficients)
        return Dictionary(
            uniqueKeysWithValues: names.indices.map { k in
                (
                    names[k],
                    Answer(
                        estimate: values[k] + (names[k] == "(Intercept)" ? compressed.outcomeMean : 0),
                        standardError: covariance.standardError(k), degreesOfFreedom: covariance.degreesOfFreedom[k])
                )
            })
    }
}
