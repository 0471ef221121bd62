import Regression

/// Of the effects that a regression eliminated, the one with most levels: the projection on it has one number a level.
struct FinestEffect {
    /// Per cell.
    let level: [Int]
    /// Per level: ΣW.
    let weight: [Double]

    init(_ effect: EffectCodes, _ contents: CellContents) {
        let level = effect.codes.map(Int.init)
        var weight = [Double](repeating: 0, count: effect.levelCount)
        for (r, l) in level.enumerated() { weight[l] += contents.scale[r] * contents.scale[r] }
        self.level = level
        self.weight = weight
    }

    /// w/W: the row's pull on its own level's mean.
    func share(of row: Int, _ contents: CellContents) -> Double {
        contents.scale[row] * contents.scale[row] / weight[level[row]]
    }
}
