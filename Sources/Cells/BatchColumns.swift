import Tables

/// The columns of a batch by their part in the plan.
struct BatchColumns {
    var keys: [Batch.KeyColumn] = []
    /// Outcomes, then covariates.
    var values: [Batch.NumberColumn] = []
    var weight: Batch.NumberColumn?
    var pupil: Batch.KeyColumn?

    init(_ columns: [Batch.Column], _ plan: CellPlan) {
        for (position, column) in columns.enumerated() {
            switch column {
            case .key(let key) where position == plan.pupilColumn: pupil = key
            case .key(let key): keys.append(key)
            case .number(let number) where position == plan.weightColumn: weight = number
            case .number(let number): values.append(number)
            // Cells ask for no column of texts.
            case .text: break
            }
        }
        precondition(keys.count == plan.keys.count && values.count == plan.valueColumns.count, "another plan's batch")
    }
}
