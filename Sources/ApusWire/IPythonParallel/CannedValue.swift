// Part of Apus, Apache-2.0. See LICENSE.

/// Values as ipyparallel puts them into the buffers of a message: a pickle, and the long arrays that were taken out of it.
///
/// Only values at the top, or in a list, tuple or dictionary of few items at the top, have buffers of their own.
package enum CannedValue {
  private static let module = "ipyparallel.serialize.canning"
  /// Arrays of more bytes have buffers of their own.
  private static let longest = 1024
  /// Containers of as many items or more are pickled as they are.
  private static let mostItems = 64

  // MARK: Reading

  /// Reads the value whose pickle is the first of some buffers, and removes its buffers.
  ///
  /// - Throws: ``WireError`` `.malformed`.
  package static func take(_ buffers: inout ArraySlice<[UInt8]>) throws(WireError) -> PickleValue {
    guard let pickle = buffers.popFirst() else { throw missing }
    let value = try PickleReader.value(of: pickle)
    switch value {
    case .list(let items) where items.count < mostItems:
      return .list(try restored(items, &buffers))
    case .tuple(let items) where items.count < mostItems:
      return .tuple(try restored(items, &buffers))
    case .set(let items) where items.count < mostItems:
      return .set(try restored(items, &buffers))
    case .dictionary(let entries) where entries.count < mostItems:
      return .dictionary(try restored(entries, &buffers))
    default: return try restored(value, &buffers)
    }
  }

  private static func restored(
    _ items: [PickleValue], _ buffers: inout ArraySlice<[UInt8]>
  ) throws(WireError) -> [PickleValue] {
    var all: [PickleValue] = []
    for item in items { all.append(try restored(item, &buffers)) }
    return all
  }

  /// The buffers of a dictionary come in the order of its keys.
  private static func restored(
    _ entries: [PickleEntry], _ buffers: inout ArraySlice<[UInt8]>
  ) throws(WireError) -> [PickleEntry] {
    let order = order(of: entries)
    let before = buffers.count
    var all = entries
    for index in order ?? Array(entries.indices) {
      all[index].value = try restored(entries[index].value, &buffers)
    }
    guard order != nil || buffers.count == before else {
      throw WireError(
        .malformed, "buffers of a dictionary whose keys are not all texts or integers")
    }
    return all
  }

  /// The order in which Python sorts the keys, if they are different texts or integers.
  private static func order(of entries: [PickleEntry]) -> [Int]? {
    let keys = entries.map(\.key)
    let texts = keys.compactMap { key in
      if case .text(let text) = key { text.unicodeScalars.map(\.value) } else { nil }
    }
    if texts.count == keys.count {
      guard Set(texts).count == texts.count else { return nil }
      return keys.indices.sorted { texts[$0].lexicographicallyPrecedes(texts[$1]) }
    }
    let integers = keys.compactMap { key in
      if case .integer(let integer) = key { integer } else { nil }
    }
    guard integers.count == keys.count, Set(integers).count == keys.count else { return nil }
    return keys.indices.sorted { integers[$0] < integers[$1] }
  }

  /// Gives a canned value its buffers back.
  private static func restored(
    _ value: PickleValue, _ buffers: inout ArraySlice<[UInt8]>
  ) throws(WireError) -> PickleValue {
    guard case .object(var object) = value, case .name(let name) = object.made,
      name.module == module, let state = object.state
    else { return value }
    let full = try filled(state, &buffers)
    object.state = full
    switch name.name {
    case "CannedArray": return try array(full) ?? .object(object)
    case "CannedBytes", "CannedMemoryView": return .bytes(try buffer(full))
    default: return .object(object)
    }
  }

  /// A state whose missing buffers are the next of the message's.
  private static func filled(
    _ state: PickleValue, _ buffers: inout ArraySlice<[UInt8]>
  ) throws(WireError) -> PickleValue {
    guard case .dictionary(var entries) = state,
      let place = entries.firstIndex(where: { $0.key == .text("buffers") }),
      case .list(var own) = entries[place].value
    else { return state }
    for index in own.indices where own[index] == .none {
      guard let next = buffers.popFirst() else { throw missing }
      own[index] = .bytes(next)
    }
    entries[place].value = .list(own)
    return .dictionary(entries)
  }

  /// - Returns: nil for elements that are no numbers.
  private static func array(_ state: PickleValue) throws(WireError) -> PickleValue? {
    let bytes = try buffer(state)
    if state["pickled"] == .bool(true) { return try PickleReader.value(of: bytes) }
    guard case .tuple(let extents) = state["shape"], case .text(let type) = state["dtype"] else {
      return nil
    }
    let object = PickledObject(
      made: .name(PickleName("numpy", "ndarray")),
      arguments: .tuple([
        .tuple(extents), .text(type), .bytes(bytes), .integer(0), .none, .text("C"),
      ]))
    guard case .array(let array) = try KnownObject.value(object) else { return nil }
    return .array(array)
  }

  /// The only buffer of a canned value.
  private static func buffer(_ state: PickleValue) throws(WireError) -> [UInt8] {
    guard case .bytes(let bytes) = state["buffers"]?.elements?.first else { throw missing }
    return bytes
  }

  private static var missing: WireError { WireError(.malformed, "a buffer is missing") }

  // MARK: Writing

  /// The buffers of a value: its pickle, and those of long arrays.
  package static func buffers(of value: PickleValue) -> [[UInt8]] {
    var taken: [[UInt8]] = []
    let canned: PickleValue =
      switch value {
      case .list(let items) where items.count < mostItems:
        .list(items.map { Self.canned($0, &taken) })
      case .tuple(let items) where items.count < mostItems:
        .tuple(items.map { Self.canned($0, &taken) })
      case .dictionary(let entries) where entries.count < mostItems:
        canned(entries, &taken)
      default: Self.canned(value, &taken)
      }
    return [PickleWriter.pickle(canned)] + taken
  }

  /// Arrays are taken out only if the keys have an order, in which Python finds their buffers.
  private static func canned(_ entries: [PickleEntry], _ taken: inout [[UInt8]]) -> PickleValue {
    guard let order = order(of: entries) else { return .dictionary(entries) }
    var all = entries
    for index in order { all[index].value = canned(entries[index].value, &taken) }
    return .dictionary(all)
  }

  private static func canned(_ value: PickleValue, _ taken: inout [[UInt8]]) -> PickleValue {
    guard case .array(let array) = value, array.bytes.count > longest,
      !array.isFortran || array.shape.count < 2
    else { return value }
    taken.append(array.bytes)
    return .object(
      PickledObject(
        form: .new, made: .name(PickleName(module, "CannedArray")), arguments: .tuple([]),
        state: .dictionary([
          PickleEntry(.text("shape"), .tuple(array.shape.map { .integer($0) })),
          PickleEntry(.text("dtype"), .text("<" + array.type.rawValue)),
          PickleEntry(.text("pickled"), .bool(false)),
          PickleEntry(.text("buffers"), .list([.none])),
        ])))
  }
}
