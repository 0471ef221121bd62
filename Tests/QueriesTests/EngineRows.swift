import Cells
import Foundation
import Tables

/// Rows with everything that a query could trip over, as the text of a CSV file.
enum EngineRows {
    static let header = [
        "urn", "period", "start", "order", "we\"ird", "back`tick", "score", "prior", "w", "passed", "grade", "upn",
        "LEA", "ESTAB",
    ]

    /// 600 rows, the same ones every time.
    static let texts: [[String]] = {
        var state: UInt64 = 20_260_701
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        func decimal(_ hundredths: Int, _ decimals: Int) -> String {
            let sign = hundredths < 0 ? "-" : ""
            let size = hundredths.magnitude
            return decimals == 1
                ? "\(sign)\(size / 10).\(size % 10)" : "\(sign)\(size / 100).\(size % 100 < 10 ? "0" : "")\(size % 100)"
        }
        return (0..<600).map { row in
            let school = next(9)
            var score = decimal(next(900) - 100, 1)
            switch row % 37 {
            case 3: score = ""
            case 5: score = "SUPP"
            case 7: score = "  12.50\t"
            case 9: score = "1.25e1"
            case 11: score = "+7"
            case 13: score = "-0.0"
            case 15: score = ".5"
            case 17: score = "9."
            case 19: score = "NE"
            case 21: score = " "
            case 23: score = "3E-1"
            default: break
            }
            return [
                row % 83 == 4 ? "" : school == 0 ? "00\(school)7" : "10\(school)0", "20\(next(4) + 15)",
                school < 4 ? "2017" : "", ["a,b", "c\"d", "it's", "e\\f", "ü", ""][next(6)], "\(next(2))",
                "x\(next(3))", score,
                row % 41 == 6 ? "" : decimal(next(4000) + 8000, 2), row % 29 == 8 ? "0" : decimal(next(300) + 1, 2),
                ["Y", "N", "N", "", "U"][next(5)], ["A*", "A", "B", "U", "", "NE"][next(6)], "P\(row)",
                next(11) == 0 ? "" : "8\(next(2))", "40\(school)",
            ]
        }
    }()

    static func csv(_ rows: [[String]] = texts, header: [String] = header) -> String {
        func field(_ text: String) -> String {
            text.contains { ",\"\n\r".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
        }
        return ([header] + rows).map { $0.map(field).joined(separator: ",") + "\n" }.joined()
    }

    /// Reads a CSV text as files are read.
    static func cells(_ csv: String, _ request: CellRequest) throws -> CellReading {
        let path = NSTemporaryDirectory() + "counterpart-rows-\(UUID().uuidString).csv"
        try Data(csv.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var request = request
        request.read.files = [InputFile(path)]
        return try CellReader.read(request)
    }

    /// Schools and periods with what else is asked.
    static func request(
        _ outcomes: [ColumnRequest], keys: [String] = ["urn", "period"], covariates: [String] = [],
        weight: String? = nil
    ) -> CellRequest {
        var request = CellRequest(
            read: ReadRequest(files: [], columns: []), keys: keys.map { ColumnRequest($0, role: .key) },
            outcomes: outcomes)
        request.required = ["urn", "period"].filter(keys.contains)
        request.nouns = ["urn": "unit", "period": "period"]
        request.covariates = covariates.map { ColumnRequest($0, role: .number) }
        request.weight = weight.map { ColumnRequest($0, role: .number) }
        return request
    }
}
