import LinearAlgebra
import Panels

/// What a column of a regression is, so that a dropped one is told by name and a treatment never dropped.
public struct ColumnLabel: Sendable, Equatable {
    public enum Role: Sendable, Equatable { case effect, nuisance, factor, covariate, treatment }
    public var name: String
    public var role: Role
}

/// A regressor that is constant within cells.
public struct CellColumn: Sendable {
    public var name: String
    /// One a cell.
    public var values: [Double]

    public init(name: String, values: [Double]) {
        self.name = name
        self.values = values
    }
}

/// A covariate's deviation from a centre, times a factor that is constant within cells.
public struct CovariateColumn: Sendable {
    public var name: String
    /// Which of the design's covariates.
    public var covariate: Int
    /// One a cell.
    public var factor: [Double]
    /// One a cell.
    public var centre: [Double]

    public init(name: String, covariate: Int, factor: [Double], centre: [Double]) {
        self.name = name
        self.covariate = covariate
        self.factor = factor
        self.centre = centre
    }

    /// Per cell: its mean.
    package func means(_ design: Design) -> [Double] {
        let (means, q) = (design.moments.mean, design.moments.variableCount)
        return factor.indices.map { factor[$0] == 0 ? 0 : factor[$0] * (means[$0 * q + covariate + 1] - centre[$0]) }
    }
}

/// The regressors of a model other than the eliminated effects, as rows: effects, then nuisance columns, factors and
/// covariates, and treatment last, so that what is dependent is found in the later column.
package struct ModelColumns: Sendable {
    package let labels: [ColumnLabel]
    package let matrix: Matrix
    /// The effects that are not among the columns.
    package let eliminated: [CellFactor]

    /// Which fixed effects are eliminated; the others become dummies without their first level, and a constant stands in
    /// where none is.
    package enum Eliminating: Sendable {
        case all
        /// The one with most levels, for algebra that follows single levels.
        case largest
        /// The same where the dummies that it leaves take little memory, else all.
        case largestWhereFew
        /// Those nested in this factor: then each of its levels has a hat matrix of its own, as CR2 and CR3 ask.
        case nested(in: CellFactor)
    }

    /// Dense effect columns beyond this many are refused.
    package static let levelLimit = 4_000
    /// Values of one matrix beyond this many (800 MB) are refused.
    package static let valueLimit = 100_000_000

    /// - Parameter slopes: where given, they stand in place of the design's covariates and factors; rows must then be pooled
    ///   by cell.
    /// - Throws: `.tooManyLevels` and `.tooManyValues` where dummies would take too much memory.
    package init(
        _ design: Design, rows: CompressedRows, effects: [CellFactor], nuisance: [CellColumn] = [],
        slopes: [CovariateColumn]? = nil, treatment: [CellColumn] = [], eliminating: Eliminating = .all
    ) throws(RegressionError) {
        let effects = effects.withoutHeld
        let chosen = Self.chosen(effects, eliminating, rows: rows.count)
        eliminated = chosen.map { effects[$0] }
        let explicit = effects.indices.filter { !chosen.contains($0) }.map { effects[$0] }
        let covariates = slopes == nil ? design.covariates : []
        let factors = slopes == nil ? design.factors : []
        let columnCount =
            explicit.reduce(0) { $0 + $1.levels.count } + factors.reduce(0) { $0 + $1.levels.count }
            + covariates.count + nuisance.count + (slopes ?? []).count + treatment.count
        for effect in explicit + factors where effect.levels.count > Self.levelLimit {
            throw .tooManyLevels(effect: effect.name, levels: effect.levels.count, limit: Self.levelLimit)
        }
        guard columnCount * rows.count <= Self.valueLimit, rows.count < Int(Int32.max) else {
            throw .tooManyValues(rows: rows.count, columns: columnCount)
        }
        var labels: [ColumnLabel] = []
        var storage: [Double] = []
        storage.reserveCapacity((columnCount + 1) * rows.count)
        func add(_ name: String, _ role: ColumnLabel.Role, _ values: [Double]) {
            labels.append(ColumnLabel(name: name, role: role))
            storage += values
        }
        /// One dummy for each level that occurs but the first.
        func addDummies(_ factor: CellFactor, _ role: ColumnLabel.Role) {
            for (level, cells) in factor.cellsByLevel.dropFirst() {
                let first = storage.count
                add("\(factor.name)=\(factor.levels[level])", role, [Double](repeating: 0, count: rows.count))
                for c in cells { storage[first + c] = rows.scale[c] }
            }
        }
        if chosen.isEmpty {
            add("constant", .effect, rows.expand([Double](repeating: 1, count: design.cellCount)))
        }
        for effect in explicit { addDummies(effect, .effect) }
        for column in nuisance { add(column.name, .nuisance, rows.expand(column.values)) }
        for column in slopes ?? [] { add(column.name, .nuisance, rows.expand(column, design)) }
        for factor in factors { addDummies(factor, .factor) }
        for (j, name) in covariates.enumerated() { add(name, .covariate, rows.covariates.column(j)) }
        for column in treatment { add(column.name, .treatment, rows.expand(column.values)) }
        matrix = Matrix(rows: rows.count, columns: labels.count, storage: storage)
        self.labels = labels
    }

    private static func chosen(_ effects: [CellFactor], _ eliminating: Eliminating, rows: Int) -> [Int] {
        // The first of equal size, so that the choice never depends on anything but the design.
        let largest =
            effects.indices.max { (effects[$0].usedLevelCount, -$0) < (effects[$1].usedLevelCount, -$1) }
            .map { [$0] } ?? []
        switch eliminating {
        case .all: return Array(effects.indices)
        case .nested(let factor): return effects.indices.filter { effects[$0].isNested(in: factor) }
        case .largest: return largest
        case .largestWhereFew:
            let levels = effects.indices.filter { !largest.contains($0) }.reduce(0) { $0 + effects[$1].levels.count }
            return levels <= fewLevels && levels * rows <= fewValues ? largest : Array(effects.indices)
        }
    }

    private static let fewLevels = 500
    /// 160 MB.
    private static let fewValues = 20_000_000

    package var treatmentIndices: [Int] { labels.indices.filter { labels[$0].role == .treatment } }
}
