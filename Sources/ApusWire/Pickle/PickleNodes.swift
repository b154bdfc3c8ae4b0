// Part of Apus, Apache-2.0. See LICENSE.

/// The values of a pickle while it is read, by number, since its parts may refer to the same list and change it later.
struct PickleNodes {
  enum Node {
    case leaf(PickleValue)
    case list([Int])
    case tuple([Int])
    case set([Int])
    case dictionary([(key: Int, value: Int)])
    case object(Object)
  }

  struct Object {
    let made: Int
    let arguments: Int
    var state: Int?
    var items: [Int] = []
    var entries: [(key: Int, value: Int)] = []
  }

  private static let deepest = 1000

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

  // MARK: Values

  /// The value of a node.
  ///
  /// - Throws: `.malformed` if it contains itself or is nested too deeply; `.tooLarge` beyond the limit.
  func value(_ index: Int, limit: Int) throws(WireError) -> PickleValue {
    var count = 0
    var open: Set<Int> = []
    return try value(index, &open, &count, limit)
  }

  private func value(
    _ index: Int, _ open: inout Set<Int>, _ count: inout Int, _ limit: Int
  ) throws(WireError) -> PickleValue {
    count += 1
    guard count <= limit else {
      throw WireError(.tooLarge, "a pickle of more than \(limit) values")
    }
    if case .leaf(let value) = nodes[index] { return value }
    guard open.count < Self.deepest else { throw PickleBytes.wrong("values too deep in others") }
    guard open.insert(index).inserted else { throw PickleBytes.wrong("a value that holds itself") }
    defer { open.remove(index) }
    switch nodes[index] {
    case .leaf(let value): return value
    case .list(let parts): return .list(try values(parts, &open, &count, limit))
    case .tuple(let parts): return .tuple(try values(parts, &open, &count, limit))
    case .set(let parts): return .set(try values(parts, &open, &count, limit))
    case .dictionary(let entries):
      return .dictionary(try self.entries(entries, &open, &count, limit))
    case .object(let object):
      var described = PickledObject(
        made: try value(object.made, &open, &count, limit),
        arguments: try value(object.arguments, &open, &count, limit))
      if let state = object.state { described.state = try value(state, &open, &count, limit) }
      described.items = try values(object.items, &open, &count, limit)
      described.entries = try entries(object.entries, &open, &count, limit)
      return try KnownObject.value(described)
    }
  }

  private func entries(
    _ entries: [(key: Int, value: Int)], _ open: inout Set<Int>, _ count: inout Int, _ limit: Int
  ) throws(WireError) -> [PickleEntry] {
    var all: [PickleEntry] = []
    all.reserveCapacity(entries.count)
    for entry in entries {
      let key = try value(entry.key, &open, &count, limit)
      all.append(PickleEntry(key, try value(entry.value, &open, &count, limit)))
    }
    return all
  }

  private func values(
    _ parts: [Int], _ open: inout Set<Int>, _ count: inout Int, _ limit: Int
  ) throws(WireError) -> [PickleValue] {
    var all: [PickleValue] = []
    all.reserveCapacity(parts.count)
    for part in parts { all.append(try value(part, &open, &count, limit)) }
    return all
  }
}
