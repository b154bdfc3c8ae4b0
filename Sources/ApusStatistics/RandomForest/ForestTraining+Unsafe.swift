// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

// Safety: The values outlive the tree that grows on them, because it is grown within the closure.

extension ForestTraining {
  func grow<RowID: FixedWidthInteger & UnsignedInteger, Criterion: SplitCriterion>(
    _: RowID.Type, _: Criterion.Type, _ weights: [Int32], _ generator: inout Philox4x64
  ) -> Grown {
    features.values.withUnsafeBufferPointer { values in
      var grower = TreeGrower<RowID, Criterion>(
        features: features, values: values.baseAddress!, target: target, weights: weights,
        options: options)
      let tree = grower.grow(using: &generator)
      return Grown(
        tree: tree, distributions: grower.distributions, importance: grower.importance,
        outOfBag: [])
    }
  }
}
