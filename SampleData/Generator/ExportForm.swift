/// How one year's file is laid out: every export of real life differs a little from the last.
struct ExportForm {
    var columns = [
        "upn", "urn", "school", "academic_year", "sex", "fsm", "sen", "ethnicity", "ks2_score", "attainment8",
    ]
    var hasByteOrderMark = false
    var lineEnd = "\n"
    var hasBlankLastLine = false

    /// The form of a year's file: 2016/17 as a spreadsheet writes it, 2017/18 with a blank last line, 2018/19 with its
    /// columns in another order.
    init(_ year: AcademicYear) {
        switch year.firstYear {
        case 2016:
            hasByteOrderMark = true
            lineEnd = "\r\n"
        case 2017:
            hasBlankLastLine = true
        case 2018:
            columns = [
                "academic_year", "urn", "school", "upn", "attainment8", "ks2_score", "sen", "fsm", "sex", "ethnicity",
            ]
        default:
            break
        }
    }
}

/// One pupil's line before it is laid out.
struct ExportRow {
    var pupil: SamplePupil
    var urn: String
    var school: String
    var year: String

    func field(_ column: String) -> String {
        switch column {
        case "upn": pupil.upn
        case "urn": urn
        case "school": quotedWhereNeeded(school)
        case "academic_year": year
        case "sex": pupil.isGirl ? "F" : "M"
        case "fsm": written(pupil.isFSM ? "Y" : "N", pupil.fsmGap, code: "U")
        case "sen": pupil.sen.rawValue
        case "ethnicity": pupil.ethnicity
        case "ks2_score": written(tenths(pupil.prior), pupil.priorGap, code: "NA")
        case "attainment8": written(tenths(pupil.attainment), pupil.attainmentGap, code: "SUPP")
        default: preconditionFailure("no column \(column)")
        }
    }

    private func written(_ value: String, _ gap: SamplePupil.Gap, code: String) -> String {
        switch gap {
        case .known: value
        case .empty: ""
        case .coded: code
        }
    }

    private func tenths(_ number: Int) -> String { "\(number / 10).\(number % 10)" }
}

/// A CSV field by RFC 4180.
func quotedWhereNeeded(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" }) else { return text }
    var quoted = "\""
    for letter in text { quoted += letter == "\"" ? "\"\"" : String(letter) }
    return quoted + "\""
}

extension ExportForm {
    func bytes(_ rows: [ExportRow]) -> [UInt8] {
        var bytes: [UInt8] = hasByteOrderMark ? [0xEF, 0xBB, 0xBF] : []
        bytes.reserveCapacity(rows.count * 90 + 200)
        func addLine(_ fields: some Sequence<String>) {
            for (place, field) in fields.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(contentsOf: field.utf8)
            }
            bytes.append(contentsOf: lineEnd.utf8)
        }
        addLine(columns)
        for row in rows { addLine(columns.lazy.map(row.field)) }
        if hasBlankLastLine { bytes.append(contentsOf: lineEnd.utf8) }
        return bytes
    }
}
