/// Expected points by prior attainment for each subject: straight lines between knots, as the national value added model of
/// 16 to 18 publishes them (22 knots a subject).
///
/// - Source: Department for Education, *16 to 18 ready reckoners*.
public struct KnotTable: Sendable, Equatable {
    public struct Subject: Sendable, Equatable {
        /// As the column with the subject names it.
        public var name: String
        /// Prior attainment, ascending; several may be equal.
        public var x: [Double]
        /// Expected points.
        public var y: [Double]
        /// The national standard deviation of pupils' scores in grades; nil where the table does not hold it.
        public var spread: Double?
        /// The size of the qualification, 1 for an A level; nil where scores stay in points.
        public var size: Double?

        public init(name: String, x: [Double], y: [Double], spread: Double? = nil, size: Double? = nil) {
            self.name = name
            self.x = x
            self.y = y
            self.spread = spread
            self.size = size
        }

        /// The expected points: between the highest knot at or below the prior result and the next; at the last knot's prior
        /// result that of the first knot with it. Nil below the first and above the last.
        public func estimate(_ prior: Double) -> Double? {
            guard let first = x.first, let last = x.last, first <= prior, prior <= last else { return nil }
            if prior == last { return x.firstIndex(of: last).map { y[$0] } }
            guard let lower = x.lastIndex(where: { $0 <= prior }), lower + 1 < x.count else { return nil }
            return y[lower] + (y[lower + 1] - y[lower]) / (x[lower + 1] - x[lower]) * (prior - x[lower])
        }
    }

    /// Points of one grade of a qualification of size 1.
    public var pointsPerGrade: Double
    public private(set) var subjects: [Subject]
    private var places: [String: Int]

    public init(_ subjects: [Subject], pointsPerGrade: Double) {
        self.subjects = subjects
        self.pointsPerGrade = pointsPerGrade
        places = Dictionary(subjects.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public subscript(_ name: String) -> Subject? { places[name].map { subjects[$0] } }

    /// What a difference in points is divided by: grades where the size is known, else 1.
    func divisor(_ subject: Subject) -> Double { subject.size.map { $0 * pointsPerGrade } ?? 1 }
}
