@_exported import Attainment
@_exported import Cells
@_exported import Comparison
@_exported import Estimation
@_exported import Inference
@_exported import Panels
@_exported import Reporting
@_exported import Tables
