/// Decodes a column in the rows alone whose other column holds a text; the others are marked as another subject's.
///
/// Rows of one subject that stand side by side are decoded at once, as fast as a column of its own.
final class RowsOfDecoder: ColumnDecoder {
    let inner: any ValueDecoder

    init(_ inner: any ValueDecoder) { self.inner = inner }

    var missing: [Int] { inner.missing }
    var column: Batch.Column { inner.column }

    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext) {
        guard case .inRows(let mark, let value, let column) = source else {
            return inner.decode(rows, source, &context)
        }
        var run = rows
        var row = rows.window.lowerBound
        while row < rows.window.upperBound {
            let start = row
            let isOurs = mark.equals(value, rows, row, context.scratch, context.part)
            repeat {
                row += 1
            } while row < rows.window.upperBound
                && mark.equals(value, rows, row, context.scratch, context.part) == isOurs
            if isOurs {
                run.window = start..<row
                inner.decode(run, column, &context)
            } else {
                inner.skip(start..<row, of: rows.count)
            }
        }
    }
}
