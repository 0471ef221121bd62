import Synchronization
import Testing

@testable import Tables

/// Exact mantissas and their scale, doubles, and the way from the one to the other.
@Suite struct ArithmeticTests {
    /// The batches as they are: scale and mantissas.
    final class Batches: BatchConsumer {
        let found = Mutex<[(lane: Int, decimals: Int, mantissas: [Int64])]>([])

        func begin(lanes: Int) {}

        func consume(_ batch: borrowing Batch) {
            guard case .number(let column) = batch.columns[0] else { return }
            let mantissas = (0..<batch.rowCount).map { column.mantissas[$0] }
            let (lane, decimals) = (batch.lane, column.decimals)
            found.withLock { $0.append((lane, decimals, mantissas)) }
        }
    }

    static func request(_ values: [String], _ folder: TemporaryFolder) throws -> ReadRequest {
        let path = try folder.file("id,v\n" + values.enumerated().map { "\($0),\($1)\n" }.joined())
        return ReadRequest(files: [InputFile(path)], columns: [ColumnRequest("v", role: .number)])
    }

    @Test func theScaleIsTheLeastThatHoldsEveryValue() throws {
        let folder = try TemporaryFolder()
        let cases: [([String], Int, [Int64])] = [
            (["12.0", "3.00", "100"], 0, [12, 3, 100]), (["1", "2.50", "0.125"], 3, [1000, 2500, 125]),
            (["-1.000001", "7"], 6, [-1_000_001, 7_000_000]), (["1.20000000000", "5e-1", "3e2"], 1, [12, 5, 3000]),
            (["9223372036854775807"], 0, [.max]), (["", "0.0", "SUPP"], 0, [0, 0, 0]),
        ]
        for (values, decimals, mantissas) in cases {
            let batches = Batches()
            _ = try RowReader(Self.request(values, folder)).read(into: batches)
            batches.found.withLock { found in
                #expect(found.count == 1 && found[0].decimals == decimals && found[0].mantissas == mantissas)
            }
        }
    }

    @Test(arguments: ["0.1234567", "1e-7", "9223372036854775808", "12345678901234.1234567", "1e19"])
    func whatIntegersCannotHoldIsNamed(_ value: String) throws {
        let folder = try TemporaryFolder()
        var request = try Self.request(["1.5", value, "2"], folder)
        #expect(
            throws: ExactArithmeticImpossible(
                column: "v", place: Place(file: request.files[0].path, line: 3, column: "v (column 2)"))
        ) { try collect(request) }
        request.arithmetic = .double
        #expect(try collect(request).rows.values == [["1.5"], ["\(Double(value) ?? 0)"], ["2.0"]])
    }

    /// Rescaling an older mantissa may overflow too.
    @Test func aLaterScaleMayNotFit() throws {
        let folder = try TemporaryFolder()
        let request = try Self.request(["9000000000000000000", "0.5"], folder)
        #expect(throws: ExactArithmeticImpossible.self) { try collect(request) }
    }

    /// The place named is the first in the input, whatever the lanes found first.
    @Test func theFirstPlaceIsNamedForAnyThreads() throws {
        let folder = try TemporaryFolder()
        var request = try Self.request((0..<500).map { $0 % 50 == 49 ? "0.00000001" : "1" }, folder)
        for (piece, threads) in [(16, 1), (40, 2), (64, 3), (4096, 4)] {
            request.threads = threads
            var sizes = ReadingSizes()
            sizes.piece = piece
            do {
                _ = try collect(request, sizes: sizes)
                Issue.record("exact")
            } catch let error as ExactArithmeticImpossible {
                #expect(error.place.line == 51)
            }
        }
    }

    @Test func missingCodesThatReadAsNumbersAreMissing() throws {
        let folder = try TemporaryFolder()
        var request = try Self.request(["-99", "99", "SUPP", " SUPP ", "-", "."], folder)
        request.missing.codes.append("-99")
        let (rows, report) = try collect(request)
        #expect(rows.values == [["<-99>"], ["99000000"], ["<SUPP>"], ["<SUPP>"], ["<->"], ["<.>"]])
        #expect(report.missing.map(\.code) == ["SUPP", ".", "-", "-99"])
        #expect(report.missing.map(\.count) == [2, 1, 1, 1])
        request.missing = MissingCodes(codes: [])
        #expect(throws: TableError.self) { try collect(request) }
    }
}
