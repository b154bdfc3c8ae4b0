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
    var all: [PickleEntry] = []
    for entry in sorted(entries) {
      all.append(PickleEntry(entry.key, try restored(entry.value, &buffers)))
    }
    return all
  }

  /// Entries in the order of their keys, if these are texts or integers, as Python sorts them.
  private static func sorted(_ entries: [PickleEntry]) -> [PickleEntry] {
    let texts = entries.compactMap { entry in
      if case .text(let text) = entry.key { (text.unicodeScalars.map(\.value), entry) } else { nil }
    }
    if texts.count == entries.count {
      return texts.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }
    let integers = entries.compactMap { entry in
      if case .integer(let integer) = entry.key { (integer, entry) } else { nil }
    }
    return integers.count == entries.count
      ? integers.sorted { $0.0 < $1.0 }.map(\.1) : entries
  }

  private static func restored(
    _ value: PickleValue, _ buffers: inout ArraySlice<[UInt8]>
  ) throws(WireError) -> PickleValue {
    guard case .object(let object) = value, case .name(let name) = object.made,
      name.module == module, let state = object.state
    else { return value }
    switch name.name {
    case "CannedArray": return try array(state, &buffers)
    case "CannedBytes", "CannedMemoryView": return .bytes(try buffer(state, &buffers))
    default: return value
    }
  }

  private static func array(
    _ state: PickleValue, _ buffers: inout ArraySlice<[UInt8]>
  ) throws(WireError) -> PickleValue {
    let bytes = try buffer(state, &buffers)
    if state["pickled"] == .bool(true) { return try PickleReader.value(of: bytes) }
    guard case .tuple(let extents) = state["shape"], case .text(let type) = state["dtype"] else {
      throw WireError(.malformed, "an array without a shape or a type")
    }
    let object = PickledObject(
      made: .name(PickleName("numpy", "ndarray")),
      arguments: .tuple([
        .tuple(extents), .text(type), .bytes(bytes), .integer(0), .none, .text("C"),
      ]))
    return try KnownObject.value(object)
  }

  /// The only buffer of a canned value, which is in its state or among the message's.
  private static func buffer(
    _ state: PickleValue, _ buffers: inout ArraySlice<[UInt8]>
  ) throws(WireError) -> [UInt8] {
    guard let first = state["buffers"]?.elements?.first else { throw missing }
    if case .bytes(let bytes) = first { return bytes }
    guard let next = buffers.popFirst() else { throw missing }
    return next
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
        .dictionary(
          sorted(entries).map { PickleEntry($0.key, Self.canned($0.value, &taken)) })
      default: Self.canned(value, &taken)
      }
    return [PickleWriter.pickle(canned)] + taken
  }

  private static func canned(_ value: PickleValue, _ taken: inout [[UInt8]]) -> PickleValue {
    guard case .array(let array) = value, array.bytes.count > longest,
      !array.isFortran || array.shape.count < 2
    else { return value }
    taken.append(array.bytes)
    return .object(
      PickledObject(
        made: .name(PickleName("copyreg", "__newobj__")),
        arguments: .tuple([.name(PickleName(module, "CannedArray"))]),
        state: .dictionary([
          PickleEntry(.text("shape"), .tuple(array.shape.map { .integer($0) })),
          PickleEntry(.text("dtype"), .text("<" + array.type.rawValue)),
          PickleEntry(.text("pickled"), .bool(false)),
          PickleEntry(.text("buffers"), .list([.none])),
        ])))
  }
}
