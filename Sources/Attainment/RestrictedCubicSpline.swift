/// A restricted cubic spline: cubic between its knots, linear beyond the outer ones.
///
/// - Source: Harrell (2015), *Regression Modeling Strategies*, 2nd ed., §2.4.5, scaled by the squared range of the knots.
struct RestrictedCubicSpline {
    /// The quantiles that Harrell recommends for five knots.
    static let quantiles = [0.05, 0.275, 0.5, 0.725, 0.95]
    /// Ascending, each once. With fewer than three the spline is a straight line.
    let knots: [Double]

    /// Knots at fixed quantiles: the least value at which the cumulative weight reaches the share.
    ///
    /// - Parameter points: values with their weights, in ascending order of the values.
    init(points: [(value: Double, weight: Double)]) {
        let total = points.reduce(0) { $0 + $1.weight }
        var knots: [Double] = []
        for quantile in Self.quantiles {
            var reached = 0.0
            guard
                let knot = points.first(where: {
                    reached += $0.weight
                    return reached >= quantile * total
                })?.value
            else { continue }
            if knots.last != knot { knots.append(knot) }
        }
        self.knots = knots
    }

    /// The columns of the basis without the constant: x, then one for each knot but the last two.
    func basis(at x: [Double]) -> [[Double]] {
        guard knots.count > 2 else { return [x] }
        let last = knots[knots.count - 1]
        let inner = knots[knots.count - 2]
        let scale = (last - knots[0]) * (last - knots[0])
        func cube(_ value: Double) -> Double { value > 0 ? value * value * value : 0 }
        return [x]
            + knots.dropLast(2).map { knot in
                x.map {
                    (cube($0 - knot) - cube($0 - inner) * (last - knot) / (last - inner)
                        + cube($0 - last) * (inner - knot) / (last - inner)) / scale
                }
            }
    }
}
