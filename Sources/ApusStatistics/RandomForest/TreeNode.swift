// Part of Apus, Apache-2.0. See LICENSE.

/// One node of a tree in 16 bytes.
///
/// Children are adjacent, the left one first.
struct TreeNode: Sendable, Hashable {
  /// The split's threshold, or a leaf's value.
  var value: Double
  /// The index of the left child; 0 for a leaf, since 0 is always the root.
  var left: UInt32
  /// Twice the feature's index, plus one if missing values go left.
  private var code: UInt32

  static func leaf(_ value: Double) -> TreeNode { TreeNode(value: value, left: 0, code: 0) }

  static func split(
    feature: Int, threshold: Double, missingGoesLeft: Bool, left: Int
  ) -> TreeNode {
    let code = UInt32(feature) << 1 | (missingGoesLeft ? 1 : 0)
    return TreeNode(value: threshold, left: UInt32(left), code: code)
  }

  var isLeaf: Bool { left == 0 }
  var feature: Int { Int(code >> 1) }
  var missingGoesLeft: Bool { code & 1 == 1 }

  /// Returns the index of the child for a value of the node's feature.
  func child(for value: Double) -> Int {
    let goesLeft = value <= self.value || (value.isNaN && missingGoesLeft)
    return Int(left) + (goesLeft ? 0 : 1)
  }
}

/// A grown tree: nodes in the order they were made, the root first.
struct Tree: Sendable, Hashable {
  var nodes: [TreeNode]

  /// Returns the leaf's value for an observation whose feature `f` is `feature(f)`.
  @inline(__always)
  func leafValue(_ feature: (Int) -> Double) -> Double {
    var node = nodes[0]
    while !node.isLeaf { node = nodes[node.child(for: feature(node.feature))] }
    return node.value
  }
}
