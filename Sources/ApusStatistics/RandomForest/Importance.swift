// Part of Apus, Apache-2.0. See LICENSE.

/// Feature importance by decrease of impurity.
enum Importance {
  /// Returns the mean of the trees' shares, as scikit-learn does: each tree has the same weight.
  static func normalized(_ perTree: [[Double]]) -> [Double] {
    guard let width = perTree.first?.count else { return [] }
    var sums = [Double](repeating: 0, count: width)
    for tree in perTree {
      let total = tree.reduce(0, +)
      if total > 0 { for i in 0..<width { sums[i] += tree[i] / total } }
    }
    let total = sums.reduce(0, +)
    return total > 0 ? sums.map { $0 / total } : sums
  }
}
