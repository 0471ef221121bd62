import LinearAlgebra

/// What is left of the smaller effects' weights after the largest effect: S = D₂ − C'D₁⁻¹C, in m levels, dense.
struct SchurComplement {
    /// m × m, each level scaled to weight 1 before the largest effect was taken out.
    let scaled: Matrix
    /// Per level 1/√W; 0 for levels without rows.
    let scale: [Double]
    /// Pivots of the scaled complement at or below this are rounding: the share of a level's weight that is left.
    static let tolerance = 1e-11

    init(_ rows: GroupedRows) {
        let m = rows.otherCount
        // A lane's sums take m² values: many lanes for few levels, else one after the other into one.
        var sums: [Double]
        if m <= 128 {
            sums = rows.sums(m * m) { rows.schurComplement($0, $1) }
        } else {
            sums = [Double](repeating: 0, count: m * m)
            sums.withUnsafeMutableBufferPointer { sums in
                if let base = sums.baseAddress { rows.schurComplement(0..<rows.groupCount, base) }
            }
        }
        let scale = rows.otherWeights().map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
        var matrix = Matrix(rows: m, columns: m, storage: sums)
        // Levels were met in any order: each pair stands on one side of the diagonal.
        for a in 0..<m {
            for b in 0..<a {
                let value = (matrix[b, a] + matrix[a, b]) * scale[a] * scale[b]
                matrix[b, a] = value
                matrix[a, b] = value
            }
            matrix[a, a] *= scale[a] * scale[a]
        }
        scaled = matrix
        self.scale = scale
    }

    /// The rank where there is one effect beside the largest: its levels less one for each connected set. Entries between two
    /// levels are 0 where no group has both, and below 0 elsewhere, so the sets can be read off the matrix.
    var connectedRank: Int {
        let m = scale.count
        var seen = [Bool](repeating: false, count: m)
        var rank = 0
        for first in 0..<m where scale[first] > 0 && !seen[first] {
            var open = [first]
            seen[first] = true
            while let level = open.popLast() {
                for other in 0..<m where !seen[other] && scaled[level, other] != 0 {
                    seen[other] = true
                    open.append(other)
                    rank += 1
                }
            }
        }
        return rank
    }
}
