import Cells
import Panels
import Tables

/// A fault of rows that the design found, with the lines where it stands.
struct ContradictingRows: Refusal {
    let error: DesignError
    let places: [Place]

    var status: ExitStatus { error.status }
    var code: String { error.code }
    var hint: String? { error.hint }
    var found: String? { error.found }
    var place: Place? { places.first }

    var message: String {
        let lines = places.map { place in
            let line = "\(place.line ?? 0)"
            return place.file == places.first?.file ? line : "\(line) of \(place.file)"
        }
        return error.message + (lines.count > 1 ? ", on lines " + lines.joined(separator: " and ") : "")
    }
}

extension DesignError {
    /// The same error with its lines, found by a second pass over the files; as it is where there is nothing to find.
    ///
    /// - Parameters:
    ///   - cells: what the rows were read by.
    ///   - table: the cells, for the values that the treatment column takes.
    func withLines(_ request: CellRequest?, _ design: DesignRequest, _ table: CellTable) -> any Refusal {
        guard let request else { return self }
        func lines(_ values: [(key: String, value: String)], limit: Int = 1) -> [Place] {
            (try? CellReader.lines(request, where: values, limit: limit)) ?? []
        }
        switch (self, design.treatment) {
        case (.repeatedUnitRow(let unit, let period), _):
            var request = request
            // In a file of subjects each has a row of its own.
            if request.outcomes.indices.contains(design.block),
                case .inRows(let mark, let subject, _) = request.outcomes[design.block].source
            {
                request.read.filters.append(
                    RowFilter(column: mark, test: .equals(subject), text: "\(mark)=\(subject)"))
            }
            let places =
                (try? CellReader.lines(request, where: [(design.unit, unit), (design.time, period)], limit: 2)) ?? []
            guard places.count == 2 else { return self }
            return CellsError.repeatedUnit(unit: unit, period: period, first: places[0], second: places[1])
        case (.startDiffers(let unit, let first, let second), .startColumn(let start)):
            return at([first, second].flatMap { lines([(design.unit, unit), (start, $0)]) }, of: 2)
        case (.treatmentSwitchesOff(let unit, let on, let off), .treatedColumn(let treated)):
            return at(
                [(on, "1"), (off, "0")].flatMap { lines([(design.unit, unit), (design.time, $0), (treated, $1)]) },
                of: 2)
        case (.treatedDiffers(let unit, let period), .treatedColumn(let treated)):
            return at(
                ["1", "0"].flatMap { lines([(design.unit, unit), (design.time, period), (treated, $0)]) }, of: 2)
        case (.treatedNotZeroOrOne(let column, let unit, let period), _):
            let others = table.keys.first { $0.name == column }?.values.filter { $0 != "0" && $0 != "1" } ?? []
            let found = others.lazy.compactMap {
                lines([(design.unit, unit), (design.time, period), (column, $0)]).first
            }
            return at(found.first.map { [$0] } ?? [], of: 1)
        case (.notAPeriod(let text), _): return at(lines([(design.time, text)]), of: 1)
        case (.startNotAPeriod(let unit, let text), .startColumn(let start)):
            return at(lines([(design.unit, unit), (start, text)]), of: 1)
        case (.startOfOtherKind(let unit, let other, _), .startColumn(let start)):
            return at(lines([(design.unit, unit), (start, other.label)]), of: 1)
        default: return self
        }
    }

    private func at(_ places: [Place], of count: Int) -> any Refusal {
        guard places.count == count else { return self }
        let inOrder =
            places.count == 2 && places[0].file == places[1].file && (places[0].line ?? 0) > (places[1].line ?? 0)
        return ContradictingRows(error: self, places: inOrder ? places.reversed() : places)
    }
}
