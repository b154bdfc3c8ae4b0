// Part of Apus, Apache-2.0. See LICENSE.

/// Feature importance by fall of impurity.
enum Importance {
  /// The mean of the trees' shares, as in scikit-learn: each tree counts the same.
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
