import Cells

/// Pupils from an integer generator, the same as in `Golden/gaps.py` and `gap_parts.py`: schools differ, FSM pupils start lower and score less.
enum GoldenPupils {
    struct Pupil {
        var urn: String
        var year: Int
        var fsm: String
        var prior: Int
        var score: Double
    }

    static func pupils(schools: Int, years: [Int] = [2017, 2018]) -> [Pupil] {
        var state = 12345
        func draw(_ n: Int) -> Int {
            state = (state * 1_103_515_245 + 12345) % 2_147_483_648
            return (state >> 8) % n
        }
        var pupils: [Pupil] = []
        for school in 0..<schools {
            let effect = Double(draw(21) - 10)
            for year in years {
                for _ in 0..<(8 + draw(9)) {
                    let isFSM = draw(10) < 3
                    let prior = 85 + draw(26) + draw(8) - (isFSM ? 4 : 0)
                    let level = 30 + effect + 0.5 * Double(prior - 100) - (isFSM ? 5 : 0)
                    let score = level + (isFSM && year == 2018 ? 2 : 0) + Double(draw(31)) * 0.5
                    let urn = "S" + String(1000 + school).dropFirst()
                    pupils.append(Pupil(urn: urn, year: year, fsm: isFSM ? "Y" : "N", prior: prior, score: score))
                }
            }
        }
        return pupils
    }

    static func cells(schools: Int, years: [Int] = [2017, 2018], withPrior: Bool = false) -> CellTable {
        var table = RowTable(["urn", "year", "fsm"] + (withPrior ? ["prior"] : []), variables: ["score"])
        for pupil in pupils(schools: schools, years: years) {
            let keys = [pupil.urn, String(pupil.year), pupil.fsm] + (withPrior ? [String(pupil.prior)] : [])
            table.add(keys, pupil.score)
        }
        return table.cells()
    }
}

/// Values by pyfixest 0.60.0, diff-diff 3.13.0 and scipy 1.17.1; script: Golden/gaps.py.
enum GoldenGaps {
    static let fewCounts = [78.0, 193.0, 29.314102564102566, 35.06217616580311]
    /// Gap, standard error, degrees of freedom, p, lower, upper.
    static let fewWelch = [
        5.748073601700543, 1.051821414647632, 149.50653491185426, 1.8940100512700437e-07, 3.66971827601903,
        7.826428927382057,
    ]
    static let fewHedges = 0.715138238389617
    /// Group minus peers, standard error, degrees of freedom: CR2 and Satterthwaite below 50 schools, else CR1.
    static let fewClustered = [-5.748073601700542, 0.7675160783294912, 10.546009119908998]
    static let fewChange = [2.5775308988699517, 2.930550950554501, 10.390894726301138]
    static let fewProgress = [-3.968743536657514, 0.8399371274587661, 10.648346360450978]
    /// Pupils as independent: coefficient and HC1 standard error.
    static let fewProgressHC1 = [-3.9687435366576, 0.9345305519083067]
    static let manyProgressHC1 = [-3.6573385207372913, 0.4450247353640595]
    static let manyCounts = [423.0, 1000.0, 31.674940898345152, 37.183]
    static let manyWelch = [
        5.5080591016548475, 0.4836297798263705, 750.1234711841109, 7.890824747264274e-28, 4.55863023957877,
        6.457487963730925,
    ]
    static let manyHedges = 0.6777924519697638
    static let manyClustered = [-5.508059101654837, 0.4471776306743274, 59.0]
    static let manyChange = [2.2506750912711104, 0.9554035395198877, 59.0]
    static let manyProgress = [-3.6573385207372913, 0.42072371909795875, 59.0]
}

extension Double {
    func isClose(to other: Double, within tolerance: Double) -> Bool {
        abs(self - other) <= tolerance * max(1, abs(other))
    }
}

extension Double? {
    func isClose(to other: Double, within tolerance: Double) -> Bool {
        self?.isClose(to: other, within: tolerance) ?? false
    }
}
