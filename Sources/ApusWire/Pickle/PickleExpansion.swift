// Part of Apus, Apache-2.0. See LICENSE.

/// Makes the values of a pickle's nodes, each once, so that parts that occur often cost no more than one does.
struct PickleExpansion {
  private struct Known {
    let value: PickleValue
    /// The number of values in it, each as often as it occurs.
    let size: Int
    let depth: Int
  }

  /// The deepest nesting that is read.
  static let deepest = 200

  private let nodes: PickleNodes
  private let limit: Int
  private var known: [Int: Known] = [:]
  private var open: Set<Int> = []

  init(_ nodes: PickleNodes, limit: Int) { (self.nodes, self.limit) = (nodes, limit) }

  /// The value of a node.
  ///
  /// - Throws: `.malformed` if it contains itself or is nested too deeply; `.tooLarge` beyond the limit.
  mutating func value(_ index: Int) throws(WireError) -> PickleValue { try make(index).value }

  private mutating func make(_ index: Int) throws(WireError) -> Known {
    if case .leaf(let value) = nodes[index] { return Known(value: value, size: 1, depth: 0) }
    if let known = known[index] { return known }
    guard open.count < Self.deepest else { throw PickleBytes.wrong("values too deep in others") }
    guard open.insert(index).inserted else { throw PickleBytes.wrong("a value that holds itself") }
    defer { open.remove(index) }
    var parts = Parts()
    let value = try make(nodes[index], &parts)
    guard parts.size <= limit else {
      throw WireError(.tooLarge, "a pickle of more than \(limit) values")
    }
    guard parts.depth <= Self.deepest else {
      throw PickleBytes.wrong("values too deep in others")
    }
    let made = Known(value: value, size: parts.size, depth: parts.depth)
    known[index] = made
    return made
  }

  /// What is known of the parts of a value.
  private struct Parts {
    var size = 1
    var depth = 0

    mutating func add(_ part: Known) -> PickleValue {
      size = size.addingReportingOverflow(part.size).overflow ? .max : size + part.size
      depth = max(depth, part.depth + 1)
      return part.value
    }
  }

  private mutating func make(
    _ node: PickleNodes.Node, _ parts: inout Parts
  ) throws(WireError) -> PickleValue {
    switch node {
    case .leaf(let value): return value
    case .list(let all): return .list(try values(all, &parts))
    case .tuple(let all): return .tuple(try values(all, &parts))
    case .set(let all): return .set(try values(all, &parts))
    case .frozenSet(let all): return .frozenSet(try values(all, &parts))
    case .dictionary(let all): return .dictionary(try entries(all, &parts))
    case .object(let object):
      var described = PickledObject(
        form: object.form, made: parts.add(try make(object.made)),
        arguments: parts.add(try make(object.arguments)))
      if let state = object.state { described.state = parts.add(try make(state)) }
      described.items = try values(object.items, &parts)
      described.entries = try entries(object.entries, &parts)
      return try KnownObject.value(described)
    }
  }

  private mutating func values(
    _ all: [Int], _ parts: inout Parts
  ) throws(WireError) -> [PickleValue] {
    var values: [PickleValue] = []
    values.reserveCapacity(all.count)
    for index in all { values.append(parts.add(try make(index))) }
    return values
  }

  private mutating func entries(
    _ all: [(key: Int, value: Int)], _ parts: inout Parts
  ) throws(WireError) -> [PickleEntry] {
    var entries: [PickleEntry] = []
    entries.reserveCapacity(all.count)
    for (key, value) in all {
      let key = parts.add(try make(key))
      entries.append(PickleEntry(key, parts.add(try make(value))))
    }
    return entries
  }
}
