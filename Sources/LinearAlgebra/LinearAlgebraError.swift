/// What can go wrong in dense linear algebra; rooms further on turn it into words about schools and periods.
public enum LinearAlgebraError: Error, Sendable, Equatable {
    /// A dimension beyond what LAPACK's 32-bit integers hold.
    case tooLarge(dimension: Int)
    /// A LAPACK routine that ended without an answer.
    case notConverged(routine: String, info: Int)
}

/// A dimension as LAPACK's integer.
func lapackInteger(_ dimension: Int) throws(LinearAlgebraError) -> Int32 {
    guard let value = Int32(exactly: dimension) else { throw .tooLarge(dimension: dimension) }
    return value
}
