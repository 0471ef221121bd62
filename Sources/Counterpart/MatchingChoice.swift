import Comparison
import Tables

/// How a comparison group is made, as it is typed, checked against each other; `compare`, `did` and the plan share the words.
public struct MatchingChoice: Sendable, Equatable {
    public var match: [String]
    public var method: String
    public var distance: String?
    public var ratio: Int?
    public var caliper: Double?
    public var exact: [String]
    public var replaces: Bool
    public var order: String?
    public var donors: [String]
    public var distanceTable: String?
    /// What the method's option is called.
    public var methodOption: String

    public init(
        match: [String], method: String, distance: String? = nil, ratio: Int? = nil, caliper: Double? = nil,
        exact: [String] = [], replaces: Bool = false, order: String? = nil, donors: [String] = [],
        distanceTable: String? = nil, methodOption: String = "--method"
    ) {
        self.match = match
        self.method = method
        self.distance = distance
        self.ratio = ratio
        self.caliper = caliper
        self.exact = exact
        self.replaces = replaces
        self.order = order
        self.donors = donors
        self.distanceTable = distanceTable
        self.methodOption = methodOption
    }

    /// What an option is called where it was written: `--distance-table`, or `comparison.distanceTable` in a plan.
    private func name(_ option: String) -> String {
        if methodOption.hasPrefix("--") { return "--\(option)" }
        return "comparison.\(option == "distance-table" ? "distanceTable" : option)"
    }

    /// - Throws: `RequestError` for what cannot be, or does not apply to the method.
    public func request() throws -> MatchingRequest {
        guard MatchingRequest.Method.names.contains(method) else {
            // Inside an estimate synthetic weights are an estimator's.
            let names = MatchingRequest.Method.names.filter { methodOption == "--method" || $0 != "synthetic" }
            throw RequestError.badValue(
                option: methodOption, value: method,
                allowed: (names + (methodOption == "comparison.method" ? ["all"] : [])).joined(separator: ", "))
        }
        if let ratio, !(1...1000).contains(ratio) {
            throw RequestError.badValue(option: name("ratio"), value: "\(ratio)", allowed: "1 to 1000")
        }
        if let caliper, !(caliper > 0 && caliper.isFinite) {
            throw RequestError.badValue(option: name("caliper"), value: caliper.asTyped, allowed: "a number above 0")
        }
        try refuseWhatDoesNotApply()
        var request = MatchingRequest()
        request.exact = exact
        request.donors = try donors.map { try DonorRule(parsing: $0) }
        switch method {
        case "nearest": request.method = .nearest(try nearest())
        case "entropy": request.method = .entropy
        case "similar-schools":
            let table = try weights()
            request.match = table.columns.map { MatchedVariable(OutcomeRequest($0)) }
            var similar = SimilarSchools(weights: table.weights, neighbours: ratio ?? SimilarSchools.published)
            similar.caliper = caliper
            request.method = .similarSchools(similar)
        default: request.method = .synthetic
        }
        guard method == "nearest" || method == "entropy" else { return request }
        guard !match.isEmpty else {
            throw RequestError.missing(option: name("match"), why: "name what counterparts are to be like")
        }
        if let twice = match.indices.first(where: { match[..<$0].contains(match[$0]) }) {
            throw RequestError.conflicting("\(match[twice]) is named twice by \(name("match"))")
        }
        request.match = match.map { MatchedVariable($0) }
        return request
    }

    private func refuseWhatDoesNotApply() throws(RequestError) {
        let given: [(option: String, isGiven: Bool, methods: [String])] = [
            (name("match"), !match.isEmpty, ["nearest", "entropy", "similar-schools"]),
            (name("distance"), distance != nil, ["nearest"]),
            (name("ratio"), ratio != nil, ["nearest", "similar-schools"]),
            (name("caliper"), caliper != nil, ["nearest", "similar-schools"]), (name("replace"), replaces, ["nearest"]),
            (name("order"), order != nil, ["nearest"]),
            (name("distance-table"), distanceTable != nil, ["similar-schools"]),
        ]
        for (option, isGiven, methods) in given where isGiven && !methods.contains(method) {
            throw .doesNotApply(option: option, to: "\(methodOption) \(method)")
        }
        if order != nil, replaces {
            throw .doesNotApply(
                option: name("order"), to: "\(name("replace")), where nobody takes another's counterpart")
        }
    }

    private func nearest() throws(RequestError) -> NearestNeighbours {
        var nearest = NearestNeighbours()
        switch distance ?? "mahalanobis" {
        case "mahalanobis": nearest.distance = .mahalanobis
        case "propensity": nearest.distance = .propensity
        case "logit": nearest.distance = .logit
        default:
            throw .badValue(option: name("distance"), value: distance ?? "", allowed: "mahalanobis, propensity, logit")
        }
        if let order {
            guard let rule = NearestNeighbours.Order(rawValue: order) else {
                throw .badValue(
                    option: name("order"), value: order,
                    allowed: NearestNeighbours.Order.allCases.map(\.rawValue).joined(separator: ", "))
            }
            if rule == .largest, nearest.distance == .mahalanobis {
                throw .doesNotApply(
                    option: "\(name("order")) largest", to: "\(name("distance")) mahalanobis, which has no probability")
            }
            nearest.order = rule
        }
        nearest.ratio = ratio ?? 1
        nearest.caliper = caliper
        nearest.replaces = replaces
        return nearest
    }

    /// The table, and the columns that hold its variables: of their own name, or as `--match` says.
    private func weights() throws -> (weights: [DistanceWeight], columns: [String]) {
        let table = try distanceTable.map { try read($0) } ?? DistanceWeight.primary2026
        var columns = table.map(\.variable)
        for pair in match {
            let parts = pair.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let place = table.firstIndex(where: { $0.variable == parts[0] }) else {
                throw RequestError.badValue(
                    option: name("match"), value: pair,
                    allowed: "variable:column, with the variables \(table.map(\.variable).joined(separator: ", "))")
            }
            columns[place] = parts[1]
        }
        return (table, columns)
    }

    /// - Throws: `RequestError.badValue` where there are not two columns, a variable stands twice or a weight is not above 0.
    private func read(_ path: String) throws -> [DistanceWeight] {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        let refusal = RequestError.badValue(
            option: name("distance-table"), value: path,
            allowed: "a CSV file of two columns, variable and weight, each variable once and each weight above 0")
        guard table.columns.count == 2, !table.rows.isEmpty else { throw refusal }
        var weights: [DistanceWeight] = []
        for row in table.rows {
            guard let weight = Double(row[1]), weight > 0, weight.isFinite,
                !weights.contains(where: { $0.variable == row[0] })
            else { throw refusal }
            weights.append(DistanceWeight(row[0], weight))
        }
        return weights
    }
}
