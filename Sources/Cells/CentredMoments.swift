/// The double mode: means and centred cross-products, updated pairwise and joined in lane order.
///
/// Means are kept as deviations from one value a variable, `shifts`, so that an offset of the outcome does not cost the
/// digits in which cells differ.
///
/// - Source: T. F. Chan, G. H. Golub & R. J. LeVeque (1983), Algorithms for computing the sample variance,
///   *The American Statistician* 37(3).
public struct CentredMoments: Sendable, Equatable {
    /// q values in the variables' units.
    public var shifts: [Double]
    /// The moments of z − shift: the same as those of z but for the means.
    public var deviations: CellMoments

    public init(moments: CellMoments) {
        self.init(shifts: Array(repeating: 0, count: moments.variableCount), deviations: moments)
    }

    public init(shifts: [Double], deviations: CellMoments) {
        self.shifts = shifts
        self.deviations = deviations
    }

    /// In the variables' own units.
    public var moments: CellMoments {
        var moments = deviations
        for cell in moments.n.indices where moments.n[cell] > 0 {
            for i in shifts.indices { moments.mean[cell * shifts.count + i] += shifts[i] }
        }
        return moments
    }

    /// Adds a cell of another set of moments to a cell of this one.
    mutating func add(_ other: CentredMoments, cell: Int, to target: Int) {
        let q = shifts.count, pairs = pairCount(q)
        let addedWeight = other.deviations.weight[cell]
        guard addedWeight > 0 else { return }
        let oldWeight = deviations.weight[target]
        let weight = oldWeight + addedWeight
        deviations.n[target] += other.deviations.n[cell]
        deviations.weight[target] = weight
        deviations.squaredWeight[target] += other.deviations.squaredWeight[cell]
        let between = (0..<q).map { i in
            other.deviations.mean[cell * q + i] + (other.shifts[i] - shifts[i]) - deviations.mean[target * q + i]
        }
        var pair = 0
        for i in 0..<q {
            for j in i..<q {
                deviations.within[target * pairs + pair] +=
                    other.deviations.within[cell * pairs + pair]
                    + oldWeight * (addedWeight / weight) * between[i] * between[j]
                pair += 1
            }
            deviations.mean[target * q + i] += addedWeight / weight * between[i]
        }
    }
}
