/// Finds the separator of a file, by counting fields over its start with the quoting rules in force.
struct SeparatorDetection {
    static let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]

    let path: String
    let lineEnd: UInt8
    /// True where the sample is the whole file, so that its last record is complete without a line end.
    let isWhole: Bool

    /// The separator: the one with which most rows have as many fields as the header, at least two.
    ///
    /// - Parameter sample: whole lines from the header on.
    /// - Throws: `.unclearSeparator` where two separators fit equally well.
    func find(in sample: UnsafeBufferPointer<UInt8>) throws(TableError) -> UInt8 {
        var best: (separator: UInt8, share: Double)?
        var rival: UInt8?
        for candidate in Self.candidates {
            let widths = widths(sample, candidate)
            guard let header = widths.first, header >= 2 else { continue }
            let share = Double(widths.filter { $0 == header }.count) / Double(widths.count)
            if let found = best, share <= found.share {
                if share == found.share { rival = candidate }
            } else {
                best = (candidate, share)
                rival = nil
            }
        }
        if let best, let rival {
            throw .unclearSeparator(
                path: path,
                problem: "\(Self.name(best.separator)) and \(Self.name(rival)) fit equally well as the separator")
        }
        return best?.separator ?? UInt8(ascii: ",")
    }

    /// - Throws: `.unclearSeparator` where a file of one column has another candidate in every line.
    func checkOneColumn(_ sample: UnsafeBufferPointer<UInt8>, _ separator: UInt8) throws(TableError) {
        for other in Self.candidates where other != separator {
            let widths = widths(sample, other)
            if widths.count > 1, widths.allSatisfy({ $0 > 1 }) {
                throw .unclearSeparator(
                    path: path,
                    problem: "with \(Self.name(separator)) the file has one column, but every line holds "
                        + Self.name(other))
            }
        }
    }

    /// The number of fields of each record that is not blank.
    private func widths(_ sample: UnsafeBufferPointer<UInt8>, _ separator: UInt8) -> [Int] {
        var machine = PlainMachine(separator: separator, lineEnd: lineEnd)
        var widths: [Int] = []
        var fields = 1
        var bytes = 0
        for i in sample.indices {
            switch machine.step(sample[i], next: i + 1 < sample.count ? sample[i + 1] : nil) {
            case .fieldEnd:
                fields += 1
                bytes += 1
            case .lineEnd:
                if bytes > 0 { widths.append(fields) }
                fields = 1
                bytes = 0
            default:
                if sample[i] != UInt8(ascii: "\r") { bytes += 1 }
            }
        }
        // A record that the sample cuts short says nothing, nor does one that a quote leaves open.
        if isWhole, bytes > 0, machine.state != .quoted { widths.append(fields) }
        return widths
    }

    static func name(_ separator: UInt8) -> String {
        separator == UInt8(ascii: "\t") ? "TAB" : "`\(String(decoding: [separator], as: UTF8.self))`"
    }
}
