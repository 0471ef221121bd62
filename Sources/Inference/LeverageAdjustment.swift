import Estimation
import LinearAlgebra

/// How the weights v of a row or cluster are adjusted for its own pull on the fit.
enum LeverageAdjustment {
    /// (I − H)^(−1/2) v, the symmetric root: HC2 and CR2 (Bell & McCaffrey 2002).
    case biasReduced
    /// (I − H)⁻¹ v, by which v'(I − H)⁻¹e is exactly the estimate less the estimate without it: HC3 and CR3.
    case jackknife
}

/// tr((M G)²).
func squaredTrace(_ m: Matrix, _ gram: Matrix) -> Double {
    let product = m.times(gram)
    var total = 0.0
    for i in 0..<m.rows { for j in 0..<m.rows { total += product[i, j] * product[j, i] } }
    return total
}
