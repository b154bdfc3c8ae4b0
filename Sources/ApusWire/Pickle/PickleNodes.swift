// Part of Apus, Apache-2.0. See LICENSE.

/// The values of a pickle while it is read, by number, since its parts may refer to the same list and change it later.
struct PickleNodes {
  enum Node {
    case leaf(PickleValue)
    case list([Int])
    case tuple([Int])
    case set([Int])
    case frozenSet([Int])
    case dictionary([(key: Int, value: Int)])
    case object(Object)
  }

  struct Object {
    let form: PickledObject.Form
    let made: Int
    let arguments: Int
    var state: Int?
    var items: [Int] = []
    var entries: [(key: Int, value: Int)] = []
  }

  private var nodes: [Node] = []

  subscript(index: Int) -> Node { nodes[index] }

  mutating func add(_ node: Node) -> Int {
    nodes.append(node)
    return nodes.count - 1
  }

  /// Adds parts to a list or a set.
  mutating func append(_ parts: [Int], to index: Int) throws(WireError) {
    switch nodes[index] {
    case .list(var all):
      nodes[index] = .leaf(.none)
      all += parts
      nodes[index] = .list(all)
    case .set(var all):
      nodes[index] = .leaf(.none)
      all += parts
      nodes[index] = .set(all)
    case .object(var object):
      nodes[index] = .leaf(.none)
      object.items += parts
      nodes[index] = .object(object)
    default: throw PickleBytes.wrong("elements of what has none")
    }
  }

  /// Adds keys and values in turn to a dictionary.
  mutating func set(_ parts: [Int], in index: Int) throws(WireError) {
    guard parts.count.isMultiple(of: 2) else { throw PickleBytes.wrong("a key without a value") }
    let added = stride(from: 0, to: parts.count, by: 2).map { (parts[$0], parts[$0 + 1]) }
    switch nodes[index] {
    case .dictionary(var entries):
      nodes[index] = .leaf(.none)
      entries += added
      nodes[index] = .dictionary(entries)
    case .object(var object):
      nodes[index] = .leaf(.none)
      object.entries += added
      nodes[index] = .object(object)
    default: throw PickleBytes.wrong("entries of what has none")
    }
  }

  /// Gives an object its state.
  mutating func give(_ state: Int, to index: Int) throws(WireError) {
    guard case .object(var object) = nodes[index], object.state == nil else {
      throw PickleBytes.wrong("a state of what is no object")
    }
    object.state = state
    nodes[index] = .object(object)
  }
}
