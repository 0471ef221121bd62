import Tables

/// Why the rows of a database cannot become cells.
public enum QueryError: Refusal, Equatable {
    case notInDatabases(String)
    case badTable(String)
    case keyCalledLikeAnother(String)
    case noSuchColumn(String, table: String)
    case notAProfile(Place, what: String)
    case anotherProfile(Place)
    case notNumbers(column: String, rows: Int, notFinite: Int)
    case gradesWithoutPoints(column: String, rows: Int)
    case neitherYesNorNo(column: String, yes: String, rows: Int)
    case keyNotShort(column: String, rows: Int)
    case negativeWeight(column: String, rows: Int)
    case missingWeight(column: String, rows: Int)
    case noPositiveWeight(column: String)
    case repeatedPupil(column: String, pairs: Int)
    case notCells(Place, what: String)
    case incomplete(Place, cells: Int, profile: Int)
    case repeatedCell(Place)
    case inexact(Place, rows: Int)

    public var status: ExitStatus {
        switch self {
        case .notInDatabases, .badTable, .keyCalledLikeAnother: .usage
        default: .input
        }
    }

    public var code: String {
        switch self {
        case .notInDatabases: "E157"
        case .badTable: "E158"
        case .noSuchColumn: "E159"
        case .notAProfile: "E160"
        case .anotherProfile: "E161"
        case .notCells: "E162"
        case .incomplete: "E163"
        case .repeatedCell: "E164"
        case .inexact: "E165"
        case .notNumbers: "E209"
        case .gradesWithoutPoints: "E210"
        case .neitherYesNorNo: "E211"
        case .keyNotShort: "E212"
        case .negativeWeight: "E213"
        case .missingWeight: "E214"
        case .noPositiveWeight: "E215"
        case .repeatedPupil: "E302"
        case .keyCalledLikeAnother: "E303"
        }
    }

    public var place: Place? {
        switch self {
        case .notAProfile(let place, _), .anotherProfile(let place), .notCells(let place, _),
            .incomplete(let place, _, _),
            .repeatedCell(let place), .inexact(let place, _):
            place
        default: nil
        }
    }

    public var message: String {
        switch self {
        case .notInDatabases(let what): "\(what) cannot be had from a database"
        case .badTable(let name): "`\(name)` is no name of a table"
        case .keyCalledLikeAnother(let name):
            "the answer of a database would have two columns called \(name): a key may not be called like another, or like a sum"
        case .noSuchColumn(let name, let table): "there is no column `\(name)` in \(table)"
        case .notAProfile(_, let what): "this is not the answer to a profile query: \(what)"
        case .anotherProfile: "this is the answer to another profile query: other columns, conditions, table or dialect"
        case .notNumbers(let column, let rows, let notFinite):
            "\(Self.rows(rows)) neither a number nor a known code in `\(column)`"
                + (notFinite > 0 ? ", \(notFinite == rows ? "all" : "\(notFinite)") of them NaN or infinite" : "")
        case .gradesWithoutPoints(let column, let rows):
            "\(Self.rows(rows)) a grade in `\(column)` that the table of points does not have"
        case .neitherYesNorNo(let column, let yes, let rows):
            "\(Self.rows(rows)) a word in `\(column)` that means neither yes nor no, beside `\(yes)` and its opposite"
        case .keyNotShort(let column, let rows):
            "\(Self.rows(rows)) a number in `\(column)` with more than six decimals, or beyond \(QueryValue.largest), which no key can be"
        case .negativeWeight(let column, let rows): "\(Self.rows(rows)) a negative weight in `\(column)`"
        case .missingWeight(let column, let rows): "\(Self.rows(rows)) no weight in `\(column)`"
        case .noPositiveWeight(let column): "no row has a weight above zero in `\(column)`"
        case .repeatedPupil(let column, let pairs):
            "\(pairs) \(pairs == 1 ? "value" : "values") of `\(column)` \(pairs == 1 ? "has" : "have") more than one row in a period"
        case .notCells(_, let what): "this is not the answer to the cells query: \(what)"
        case .incomplete(_, let cells, let profile):
            "the cells hold \(cells) rows and the profile counted \(profile): the answer is cut off, a part is missing, or the table has changed"
        case .repeatedCell: "this cell was there before: a part is given twice, or belongs to another answer"
        case .inexact(_, let rows):
            "\(Self.rows(rows)) a value that is no multiple of the scale, or larger than the profile found"
        }
    }

    public var hint: String? {
        switch self {
        case .notInDatabases: "leave it out, or make a view in the database that does it"
        case .badTable: "such as pupils or schema.pupils; a part with a point in it stands in double quotes"
        case .keyCalledLikeAnother: "give the column another name in a view"
        case .noSuchColumn: "upper and lower case count; the table or view must have every column that is named"
        case .notAProfile:
            "run the query that `counterpart sql --profile` prints and save its one row as CSV with a header"
        case .anotherProfile: "use the same options for `sql --profile`, `sql --answer` and `cells --profile-answer`"
        case .notNumbers(let column, _, let notFinite):
            notFinite > 0
                ? "where it means missing, name the text as the database writes it: --missing NaN (or nan); the rows are those where \(column) is NaN"
                : "where a code means missing, name it with --missing; else correct the values in a view"
        case .gradesWithoutPoints: "add them to the table, or leave the rows out with --where"
        case .neitherYesNorNo: "name the words that mean nobody knows with --unknown, or all that mean yes as a|b"
        case .keyNotShort: "round it in a view"
        case .negativeWeight: "weights are counts or sampling weights; correct the rows, or leave them out with --where"
        case .missingWeight: "give every row a weight (0 leaves a row out), or leave such rows out with --where"
        case .noPositiveWeight: "check that --weights names the right column"
        case .repeatedPupil: "keep one row for each pupil and period, in a view or with --where"
        case .notCells:
            "export the answer of the query that `counterpart sql` prints as CSV with a header, comma-separated"
        case .incomplete: "export it again, and name every part once; if the table has changed, begin with the profile"
        case .repeatedCell: "name each part once"
        case .inexact: "run `sql --profile` again and take the query that `sql --answer` prints"
        }
    }

    private static func rows(_ count: Int) -> String { count == 1 ? "1 row has" : "\(count) rows have" }
}
