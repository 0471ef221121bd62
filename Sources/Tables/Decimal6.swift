extension Decimal6 {
    /// A decimal text such as `8.5`; nil where it is no number or has more than six decimals.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        let outcome = bytes.withUnsafeBufferPointer { buffer -> NumberText.Outcome in
            guard let base = buffer.baseAddress else { return .blank }
            return NumberText.read(base, buffer.count, NumberForm(FileForm()))
        }
        guard case .number(let number) = outcome else { return nil }
        for decimals in 0...6 {
            if let mantissa = number.mantissa(scale: decimals) {
                self.init(mantissa: mantissa, decimals: UInt8(decimals))
                return
            }
        }
        return nil
    }
}
