import LinearAlgebra
import Panels

/// The exact elimination of one fixed effect: weighted means by level are taken off, over the rows that fit it.
public struct Elimination: Sendable {
    /// Per row: the level, or −1 for rows within cells, where the effect's dummies are 0.
    public let level: [Int]
    /// Per level: ΣW over the rows that fit it; 0 where none does.
    public let weight: [Double]
    private let scale: [Double]
    private let isFitted: [Bool]

    /// - Parameters:
    ///   - effect: its codes a cell.
    ///   - isFitted: per row, whether it takes part in the fit (imputation fits on untreated rows alone).
    package init(_ effect: CellFactor, rows: CompressedRows, isFitted: [Bool]? = nil) {
        level = rows.scale.indices.map { $0 < rows.cellCount ? effect.codes[$0] : -1 }
        scale = rows.scale
        self.isFitted = isFitted ?? [Bool](repeating: true, count: rows.count)
        var weight = [Double](repeating: 0, count: effect.levels.count)
        for r in 0..<rows.cellCount where self.isFitted[r] { weight[level[r]] += scale[r] * scale[r] }
        self.weight = weight
    }

    /// Levels that some row fits.
    package var levelCount: Int { weight.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

    /// Takes the level means off a column of rows; rows of levels that nothing fits are left as they are.
    package func apply(_ column: inout ArraySlice<Double>) {
        column.withUnsafeMutableBufferPointer { apply($0) }
    }

    package func apply(_ column: inout [Double]) {
        column.withUnsafeMutableBufferPointer { apply($0) }
    }

    private func apply(_ column: UnsafeMutableBufferPointer<Double>) {
        var mean = [Double](repeating: 0, count: weight.count)
        for r in level.indices where level[r] >= 0 && isFitted[r] { mean[level[r]] += scale[r] * column[r] }
        for l in mean.indices where weight[l] > 0 { mean[l] /= weight[l] }
        for r in level.indices where level[r] >= 0 { column[r] -= scale[r] * mean[level[r]] }
    }
}

extension Matrix {
    /// Takes an effect out of every column.
    package mutating func eliminate(_ effect: Elimination) {
        for j in 0..<columns { effect.apply(&storage[j * rows..<(j + 1) * rows]) }
    }
}
