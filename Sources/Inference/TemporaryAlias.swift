import Estimation

typealias Estimand = Estimation.Estimand
