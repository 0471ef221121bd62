import Cells
import Tables

/// Identifiers or groups wrapped as a spreadsheet's formula, which would match no list and no other file.
public struct WrappedKeys: Refusal, Equatable {
    let column: String

    public var status: ExitStatus { .input }
    public var code: String { "E208" }
    public var message: String { "values of \(column) are wrapped as a spreadsheet's formula, such as =\"A123\"" }
    public var hint: String? { "pass --unwrap-formulas (unwrapFormulas: true in a plan) to read them as A123" }

    /// - Throws: where a key of the cells holds such a value.
    static func check(_ table: CellTable) throws(WrappedKeys) {
        for key in table.keys where key.values.contains(where: FormulaText.isWrapped) {
            throw WrappedKeys(column: key.name)
        }
    }
}
