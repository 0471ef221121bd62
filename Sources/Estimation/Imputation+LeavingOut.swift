import LinearAlgebra
import Panels
import Regression

extension Imputation {
    /// This imputation as if the rows of a block were not there, by algebra: M and b without them follow from
    /// (I − X_gMX_g')⁻¹ over the block's untreated rows. Rows outside the block are as after fitting anew; rows of the block
    /// take no further part.
    ///
    /// - Parameter block: rows; every level of the eliminated effect lies within it or outside it.
    package func leavingOut(_ block: [Int], rows: CompressedRows) throws(EstimationError) -> Imputation {
        let fitted = block.filter { !isTreated[$0] }
        let x = deviations.selecting(rows: fitted)
        let leaned = gramInverse.times(x.transposed)
        var room = Matrix.identity(fitted.count)
        let hat = x.times(leaned)
        for i in room.storage.indices { room.storage[i] -= hat.storage[i] }
        let (eigen, grown) = try numerically { () throws(LinearAlgebraError) in
            let eigen = try SymmetricEigen(room)
            return (eigen, eigen.inverse(times: leaned.transposed))
        }
        var rest = self
        let added = leaned.times(grown)
        for i in added.storage.indices { rest.gramInverse.storage[i] += added.storage[i] }
        // b − b_(−g) = M X_g'(I − H)⁻¹ e_g.
        let change = grown.transposedTimes(fitted.map { remainder[$0] })
        let shift = deviations.times(change)
        for r in shift.indices { rest.remainder[r] += shift[r] }
        for r in block { rest.isTreated[r] = true }
        rest.unidentified = lost(leaned, eigen, fitted: fitted, block: Set(block), rows: rows)
        return rest
    }

    /// Treated cells outside the block that lean on what its rows alone decide: directions z with X z = 0 elsewhere.
    private func lost(
        _ leaned: Matrix, _ eigen: SymmetricEigen, fitted: [Int], block: Set<Int>, rows: CompressedRows
    ) -> [Int] {
        let null = eigen.values.indices.filter { eigen.values[$0] <= SymmetricEigen.nullRoom }
        guard !null.isEmpty else { return [] }
        let own = eigen.vectors.selecting(columns: null)
        let along = deviations.times(leaned.times(own))
        let sizes = null.indices.map { j in
            fitted.indices.reduce(0.0) { max($0, abs(own[$1, j]) / max(rows.scale[fitted[$1]], 1e-300)) }
        }
        return (0..<rows.cellCount).filter { c in
            isTreated[c] && !block.contains(c)
                && null.indices.contains { abs(along[c, $0]) > 1e-6 * rows.scale[c] * sizes[$0] }
        }
    }
}

extension SymmetricEigen {
    /// Eigenvalues of I − H lie between 0 and 1; at or below this they count as 0.
    package static let nullRoom = 1e-10

    /// The pseudo-inverse of I − H applied to the columns of Y.
    fileprivate func inverse(times y: Matrix) -> Matrix {
        var inner = vectors.transposedTimes(y)
        for (i, value) in values.enumerated() {
            for j in 0..<inner.columns { inner[i, j] = value > Self.nullRoom ? inner[i, j] / value : 0 }
        }
        return vectors.times(inner)
    }
}
