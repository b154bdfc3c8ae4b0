// Part of Apus, Apache-2.0. See LICENSE.

/// The numbers of workers for which every parallel function must give the same bits.
public let workerCounts = [1, 2, 3, 8]
