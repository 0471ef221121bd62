/// The same programme where ρ keeps weights apart from each other: solved in d + 1 unknowns, whatever the number of points.
///
/// At the optimum w_j = max(0, p_j·y + ν) with ρy = −P w and Σw = 1. These are the zeros of the gradient of a convex, piecewise
/// quadratic function of (y, ν), found by Newton's method; once the set of weights above 0 stays, the step is exact.
/// - Source: Qi & Sun (1993), *A nonsmooth version of Newton's method*, Mathematical Programming 58.
struct EvenWeights {
    private let points: UnsafeBufferPointer<Double>
    private let dimension: Int
    private let count: Int
    private let ridge: Double

    /// - Parameter ridge: above 0.
    init(_ points: UnsafeBufferPointer<Double>, _ dimension: Int, _ count: Int, ridge: Double) {
        self.points = points
        self.dimension = dimension
        self.count = count
        self.ridge = ridge
    }

    /// One weight a point; they sum to one up to rounding.
    func weights() -> [Double] {
        let order = dimension + 1
        var place = [Double](repeating: 0, count: order)
        place[dimension] = 1 / Double(count)
        var state = State(order: order, count: count)
        evaluate(place, &state)
        for _ in 0..<200 {
            guard let step = newton(state) else { break }
            var length = 1.0
            let slope = (0..<order).reduce(0.0) { $0 + step[$1] * state.gradient[$1] }
            let before = state
            var moved = place
            while length > 1e-10 {
                for i in 0..<order { moved[i] = place[i] + length * step[i] }
                evaluate(moved, &state)
                if state.value <= before.value + 1e-4 * length * slope + 1e-15 * abs(before.value) { break }
                length /= 2
            }
            place = moved
            if length == 1 && state.isActive == before.isActive { break }
        }
        return state.weight.contains { $0 > 0 } ? state.weight : [Double](repeating: 1, count: count)
    }

    private struct State {
        var value = 0.0
        var gradient: [Double]
        var weight: [Double]
        var isActive: [Bool]

        init(order: Int, count: Int) {
            gradient = [Double](repeating: 0, count: order)
            weight = [Double](repeating: 0, count: count)
            isActive = [Bool](repeating: false, count: count)
        }
    }

    /// ½Σw² + ½ρ‖y‖² − ν and its gradient (P w + ρy, Σw − 1).
    private func evaluate(_ place: [Double], _ state: inout State) {
        let d = dimension
        var gradient = [Double](repeating: 0, count: d + 1)
        var value = -place[d]
        for i in 0..<d {
            gradient[i] = ridge * place[i]
            value += 0.5 * ridge * place[i] * place[i]
        }
        gradient[d] = -1
        place.withUnsafeBufferPointer { place in
            gradient.withUnsafeMutableBufferPointer { gradient in
                state.weight.withUnsafeMutableBufferPointer { weight in
                    state.isActive.withUnsafeMutableBufferPointer { isActive in
                        for j in 0..<count {
                            let point = points.baseAddress.map { $0 + j * d }
                            var h = place[d]
                            if let point { for i in 0..<d { h += point[i] * place[i] } }
                            isActive[j] = h > 0
                            weight[j] = max(h, 0)
                            guard h > 0 else { continue }
                            value += 0.5 * h * h
                            gradient[d] += h
                            if let point { for i in 0..<d { gradient[i] += h * point[i] } }
                        }
                    }
                }
            }
        }
        state.value = value
        state.gradient = gradient
    }

    /// The step that would end the search if the same weights stayed above 0; nil where the equations have no answer.
    private func newton(_ state: State) -> [Double]? {
        let d = dimension
        let order = d + 1
        // The lower triangle, row after row.
        var matrix = [Double](repeating: 0, count: order * order)
        matrix.withUnsafeMutableBufferPointer { matrix in
            for j in 0..<count where state.isActive[j] {
                guard let point = points.baseAddress.map({ $0 + j * d }) else { continue }
                for a in 0..<d {
                    let value = point[a]
                    for b in 0...a { matrix[a * order + b] += value * point[b] }
                    matrix[d * order + a] += value
                }
                matrix[d * order + d] += 1
            }
        }
        for a in 0..<d { matrix[a * order + a] += ridge }
        if matrix[d * order + d] == 0 { matrix[d * order + d] = 1 }
        var x = state.gradient.map { -$0 }
        for a in 0..<order {
            for b in 0...a {
                var value = matrix[a * order + b]
                for c in 0..<b { value -= matrix[a * order + c] * matrix[b * order + c] }
                if a == b {
                    guard value > 0 else { return nil }
                    matrix[a * order + a] = value.squareRoot()
                } else {
                    matrix[a * order + b] = value / matrix[b * order + b]
                }
            }
            for c in 0..<a { x[a] -= matrix[a * order + c] * x[c] }
            x[a] /= matrix[a * order + a]
        }
        for a in stride(from: order - 1, through: 0, by: -1) {
            for c in (a + 1)..<max(order, a + 1) { x[a] -= matrix[c * order + a] * x[c] }
            x[a] /= matrix[a * order + a]
        }
        return x
    }
}
