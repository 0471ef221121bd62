import Tables

/// Why rows cannot become cells, or a cell table cannot be used.
public enum CellsError: Refusal, Equatable {
    case negativeWeight(column: String, first: Place, rows: Int)
    case missingWeight(column: String, first: Place, rows: Int)
    case noPositiveWeight(column: String)
    case valuesTooLarge(variable: String)
    case tooManyCovariates(Int, limit: Int)
    case repeatedPupil(period: String, first: Place, second: Place)
    case repeatedUnit(unit: String, period: String, first: Place, second: Place)
    case sumsTooLarge
    case doublesNeededForStandardInput(column: String)
    case unlikeTables(difference: String)
    case noSuchKey(String, known: [String])
    case keyTwice(String)
    case noSideCar(path: String, sideCar: String)
    case malformed(Place, what: String)
    case wrongDigest(path: String)
    case wrongRowCount(path: String, inTable: Int, inSideCar: Int)
    case partTwice(path: String, earlier: String)
    case indistinctNames(first: String, second: String, file: String)

    public var status: ExitStatus {
        switch self {
        case .noSuchKey: .design
        case .keyTwice, .tooManyCovariates: .usage
        default: .input
        }
    }

    public var code: String {
        switch self {
        case .negativeWeight: "E220"
        case .missingWeight: "E221"
        case .noPositiveWeight: "E222"
        case .valuesTooLarge: "E223"
        case .doublesNeededForStandardInput: "E224"
        case .tooManyCovariates: "E225"
        case .repeatedPupil: "E301"
        case .repeatedUnit: "E354"
        case .sumsTooLarge: "E353"
        case .unlikeTables: "E350"
        case .noSuchKey: "E351"
        case .keyTwice: "E352"
        case .noSideCar: "E140"
        case .malformed: "E141"
        case .wrongDigest: "E142"
        case .wrongRowCount: "E143"
        case .partTwice: "E144"
        case .indistinctNames: "E145"
        }
    }

    public var place: Place? {
        switch self {
        case .negativeWeight(_, let first, _), .missingWeight(_, let first, _): first
        case .repeatedPupil(_, let first, let second), .repeatedUnit(_, _, let first, let second):
            first.file == second.file ? Place(file: first.file) : nil
        case .malformed(let place, _): place
        case .wrongDigest(let path), .noSideCar(let path, _), .wrongRowCount(let path, _, _), .partTwice(let path, _):
            Place(file: path)
        default: nil
        }
    }

    public var message: String {
        switch self {
        case .negativeWeight(let column, _, let rows): "the weight in \(column) is below zero" + Self.firstOf(rows)
        case .missingWeight(let column, _, let rows): "the weight in \(column) is missing" + Self.firstOf(rows)
        case .noPositiveWeight(let column): "every weight in \(column) is zero"
        case .valuesTooLarge(let variable): "the squares of \(variable) are larger than a double can hold"
        case .tooManyCovariates(let count, let limit): "\(count) covariates; cells hold the sums of \(limit) at most"
        case .repeatedPupil(let period, let first, let second):
            "one pupil has two rows\(period.isEmpty ? "" : " for \(period)"), on lines " + Self.lines(first, second)
        case .repeatedUnit(let unit, let period, let first, let second):
            "\(unit) has two rows for \(period), on lines " + Self.lines(first, second)
        case .sumsTooLarge: "the sums of these tables together are larger than 128 bits hold"
        case .doublesNeededForStandardInput(let column):
            "\(column) has values too large or with too many decimals for exact sums, "
                + "and standard input cannot be read a second time"
        case .unlikeTables(let difference): "these cell tables do not belong together: \(difference)"
        case .noSuchKey(let name, let known):
            "the cells have no key \(name)" + (known.isEmpty ? "" : "; they have \(known.joined(separator: ", "))")
        case .keyTwice(let name): "the cells would have the key \(name) twice"
        case .noSideCar(_, let sideCar): "a cell table needs its side-car \(sideCar), and it cannot be read"
        case .malformed(_, let what): what
        case .wrongDigest: "the table is not the one that its side-car describes: the digests differ"
        case .wrongRowCount(_, let inTable, let inSideCar):
            "the cells hold \(inTable) rows, and the side-car says \(inSideCar)"
        case .partTwice(_, let earlier): "the same part was given before, as \(earlier); rows are never added twice"
        case .indistinctNames(let first, let second, let file):
            "the outcomes \(first) and \(second) would both be written to \(file)"
        }
    }

    public var hint: String? {
        switch self {
        case .negativeWeight: "weights are counts or sampling weights; correct the rows, or leave them out with --where"
        case .missingWeight: "give every row a weight (0 leaves a row out), or leave such rows out with --where"
        case .noPositiveWeight: "check that --weights names the right column"
        case .valuesTooLarge: "check the column for stray values, or give it in larger units"
        case .tooManyCovariates: "categories belong to --factors, which are keys"
        case .repeatedPupil:
            "keep one row for each pupil and period, or leave the others out with --where; where each row is one subject's "
                + "result, name --subject and --result"
        case .repeatedUnit: "with one row a unit and period, keep one of them; rows of pupils need --rows pupils"
        case .sumsTooLarge: "check the scales in the side-cars"
        case .doublesNeededForStandardInput: "add --double, or give the file by its name"
        case .unlikeTables: "make all parts with the same options"
        case .noSuchKey: "make the cells with that column among the options"
        case .keyTwice: nil
        case .noSideCar: "keep the .json file beside the .csv file; `counterpart cells` writes both"
        case .malformed: "make the table again with `counterpart cells`, or by the query of `counterpart sql`"
        case .wrongDigest, .wrongRowCount: "one of the two files was changed or replaced; make the table again"
        case .partTwice: "name each part once"
        case .indistinctNames: "write them one at a time"
        }
    }

    private static func firstOf(_ rows: Int) -> String { rows > 1 ? "; first of \(rows)" : "" }

    private static func lines(_ first: Place, _ second: Place) -> String {
        let one = first.line.map(String.init) ?? "?", other = second.line.map(String.init) ?? "?"
        return first.file == second.file
            ? "\(one) and \(other)" : "\(one) of \(first.file) and \(other) of \(second.file)"
    }
}
