// Part of Apus, Apache-2.0. See LICENSE.
@_exported public import ApusLinearAlgebra
@_exported public import ApusParallel
@_exported public import ApusRandom
@_exported public import ApusStatistics
@_exported public import ApusTables
@_exported public import ApusWorkers
