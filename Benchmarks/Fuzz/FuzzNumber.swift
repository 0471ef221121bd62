import Foundation

/// The reader of numbers against `strtod`: what is taken is the nearest double, and has the form of a number.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNumber(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count < 400 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let padded = bytes + [UInt8](repeating: 0, count: 32)
    let reader = NumberReader(form: NumberForm(FileForm()), missing: MissingCodes(codes: []))
    padded.withUnsafeBufferPointer { text in
        guard let base = text.baseAddress else { return }
        let outcome = reader.read(base, count)
        let short = count > 0 ? reader.short(base, count) : -1
        guard case .number(let number) = outcome else {
            precondition(short < 0, "the short way takes what is no number")
            return
        }
        let trimmed = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        let want = strtod(trimmed, nil)
        let value = number.double(base, count, reader.form)
        precondition(value.bitPattern == want.bitPattern || value == 0 && want == 0, "\(trimmed)")
        if short >= 0 {
            let mantissa = Double(short >> 3)
            precondition(mantissa / pow(10, Double(short & 7)) == want, "\(trimmed)")
        }
        precondition(trimmed.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }, "\(trimmed)")
    }
    return 0
}
