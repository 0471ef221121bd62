import Panels

/// The variance of a standardised difference between two sides that no school shares, by a model of two levels.
///
///     n~ = (N_p Σ n_g² / N_g + N_g Σ n_p² / N_p) / N
///     Var(d) = (1/N_g + 1/N_p)(1 + (n~ − 1)ρ)
///            + d² ((N−2)(1−ρ)² + Aρ² + 2Bρ(1−ρ)) / (2(N−2)((N−2) − ρ(N−2−B)))
///     B = Σ_sides (N − Σn²/N),   A = Σ_sides (N² Σn² + (Σn²)² − 2N Σn³) / N²
///
/// for the total variance; for that within schools (1/N_g + 1/N_p)(1 + (n~ − 1)ρ)/(1 − ρ) + d²/(2(N − M)) with M schools. ρ
/// is the intraclass correlation by the analysis of variance of schools within their sides, 0 at least.
/// - Source: Hedges (2007), *Journal of Educational and Behavioral Statistics* 32(4).
struct NestedDesign {
    private let sides: [[Double]]
    let intraclassCorrelation: Double

    /// - Returns: nil where a school holds pupils of both sides, or no two schools of a side tell how schools differ.
    init?(group: ClusteredMean, peers: ClusteredMean) {
        guard Set(group.units).isDisjoint(with: peers.units) else { return nil }
        sides = [group, peers].map { $0.parts.map(\.n) }
        let n = group.total.n + peers.total.n
        let schools = Double(group.parts.count + peers.parts.count)
        guard schools > 2, n > schools else { return nil }
        let within = (group.parts + peers.parts).reduce(0) { $0 + $1.within / $1.weight * $1.n } / (n - schools)
        let between = [group, peers].reduce(0) { sum, side in
            side.parts.reduce(sum) { $0 + $1.n * ($1.mean - side.total.mean) * ($1.mean - side.total.mean) }
        }
        let size = (n - sides.reduce(0) { $0 + Self.power($1, 2) / Self.power($1, 1) }) / (schools - 2)
        let level = max(0, (between / (schools - 2) - within) / size)
        guard within + level > 0 else { return nil }
        intraclassCorrelation = level / (within + level)
    }

    private static func power(_ sizes: [Double], _ k: Int) -> Double {
        sizes.reduce(0) { sum, n in sum + (0..<k).reduce(1) { product, _ in product * n } }
    }

    private var counts: [Double] { sides.map { Self.power($0, 1) } }
    private var inflation: Double {
        let squares = sides.map { Self.power($0, 2) }
        let n = counts[0] + counts[1]
        let size = (counts[1] * squares[0] / counts[0] + counts[0] * squares[1] / counts[1]) / n
        return (1 / counts[0] + 1 / counts[1]) * (1 + (size - 1) * intraclassCorrelation)
    }

    func varianceOverTotal(_ d: Double) -> Double {
        let rho = intraclassCorrelation
        let m = counts[0] + counts[1] - 2
        var (a, b) = (0.0, 0.0)
        for (sizes, n) in zip(sides, counts) {
            let (two, three) = (Self.power(sizes, 2), Self.power(sizes, 3))
            a += (n * n * two + two * two - 2 * n * three) / (n * n)
            b += n - two / n
        }
        let spread = m * (1 - rho) * (1 - rho) + a * rho * rho + 2 * b * rho * (1 - rho)
        return inflation + d * d * spread / (2 * m * (m - rho * (m - b)))
    }

    func varianceOverWithin(_ d: Double) -> Double {
        let n = counts[0] + counts[1]
        let schools = Double(sides[0].count + sides[1].count)
        return inflation / (1 - intraclassCorrelation) + d * d / (2 * (n - schools))
    }
}
