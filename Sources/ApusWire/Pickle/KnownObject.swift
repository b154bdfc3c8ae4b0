// Part of Apus, Apache-2.0. See LICENSE.

/// Objects of Python and NumPy that are plain data, as their pickles describe them.
enum KnownObject {
  /// The data that an object is, or the object itself.
  ///
  /// - Throws: ``WireError`` for an array whose bytes do not fit its shape.
  static func value(_ object: PickledObject) throws(WireError) -> PickleValue {
    guard case .name(let made) = object.made, case .tuple(let arguments) = object.arguments,
      object.form == .call
    else { return .object(object) }
    if made == PickleName("numpy._core.multiarray", "_reconstruct")
      || made == PickleName("numpy.core.multiarray", "_reconstruct")
    {
      return try reconstructed(arguments, object.state) ?? .object(object)
    }
    if made == PickleName("copyreg", "__newobj__"), let type = arguments.first {
      return .object(new(type, arguments, object))
    }
    guard object.state == nil, object.items.isEmpty else { return .object(object) }
    if made == PickleName("collections", "OrderedDict"), arguments.isEmpty {
      return .dictionary(object.entries)
    }
    guard object.entries.isEmpty else { return .object(object) }
    return try value(of: made, arguments) ?? .object(object)
  }

  /// What a function returns for some arguments, if that is plain data.
  private static func value(
    of made: PickleName, _ arguments: [PickleValue]
  ) throws(WireError) -> PickleValue? {
    switch (made.module, made.name) {
    case ("numpy._core.multiarray", "scalar"), ("numpy.core.multiarray", "scalar"):
      try scalar(arguments)
    case ("numpy._core.numeric", "_frombuffer"), ("numpy.core.numeric", "_frombuffer"):
      try fromBuffer(arguments)
    case ("numpy", "ndarray"): try constructed(arguments)
    case ("numpy", _): plainScalar(made.name, arguments)
    case ("_codecs", "encode"): encoded(arguments)
    case ("builtins", "bytearray"), ("builtins", "bytes"): bytes(arguments)
    case ("builtins", "set"): arguments.count == 1 ? arguments[0].elements.map { .set($0) } : nil
    case ("builtins", "frozenset"):
      arguments.count == 1 ? arguments[0].elements.map { .frozenSet($0) } : nil
    default: nil
    }
  }

  /// The same object, made as by the opcode for new objects.
  private static func new(
    _ type: PickleValue, _ arguments: [PickleValue], _ object: PickledObject
  ) -> PickledObject {
    var object = object
    object.form = .new
    (object.made, object.arguments) = (type, .tuple(Array(arguments.dropFirst())))
    return object
  }

  // MARK: Python

  /// Protocol 2 writes bytes as a text with the same numbers as characters.
  private static func encoded(_ arguments: [PickleValue]) -> PickleValue? {
    guard arguments.count == 2, case .text(let text) = arguments[0],
      arguments[1] == .text("latin1"), text.unicodeScalars.allSatisfy({ $0.value < 256 })
    else { return nil }
    return .bytes(text.unicodeScalars.map { UInt8($0.value) })
  }

  private static func bytes(_ arguments: [PickleValue]) -> PickleValue? {
    if arguments.isEmpty { return .bytes([]) }
    guard case .bytes(let bytes) = arguments[0] else { return encoded(arguments) }
    return arguments.count == 1 ? .bytes(bytes) : nil
  }

  // MARK: NumPy

  /// The arguments are the type and the bytes.
  private static func scalar(_ arguments: [PickleValue]) throws(WireError) -> PickleValue? {
    guard arguments.count == 2, let type = NumPyType(arguments[0]),
      case .bytes(let bytes) = arguments[1]
    else { return nil }
    return .array(try array([], type, isFortran: false, bytes))
  }

  /// `numpy.float64(2.5)` and the like, as ``PickleWriter`` writes scalars.
  private static func plainScalar(_ name: String, _ arguments: [PickleValue]) -> PickleValue? {
    guard arguments.count == 1,
      let type = PickledArray.ElementType.allCases.first(where: { $0.scalarName == name })
    else { return nil }
    return PickledArray(scalar: arguments[0], type).map { .array($0) }
  }

  /// The first argument is the class; the state is a version, the shape, the type, whether the order is Fortran's, and the bytes.
  private static func reconstructed(
    _ arguments: [PickleValue], _ state: PickleValue?
  ) throws(WireError) -> PickleValue? {
    guard arguments.first == .name(PickleName("numpy", "ndarray")),
      case .tuple(let parts) = state, parts.count == 5, let shape = shape(parts[1]),
      let type = NumPyType(parts[2]), case .bool(let isFortran) = parts[3],
      case .bytes(let bytes) = parts[4]
    else { return nil }
    return .array(try array(shape, type, isFortran: isFortran, bytes))
  }

  /// The arguments are the bytes, the type, the shape and the order.
  private static func fromBuffer(_ arguments: [PickleValue]) throws(WireError) -> PickleValue? {
    guard arguments.count == 4, case .bytes(let bytes) = arguments[0],
      let type = NumPyType(arguments[1]), let shape = shape(arguments[2]),
      case .text(let order) = arguments[3], order == "C" || order == "F"
    else { return nil }
    return .array(try array(shape, type, isFortran: order == "F", bytes))
  }

  /// The arguments are the shape, the type, the bytes, where they begin, strides and the order: what ``PickleWriter`` writes.
  private static func constructed(_ arguments: [PickleValue]) throws(WireError) -> PickleValue? {
    guard arguments.count == 6, let shape = shape(arguments[0]),
      let type = NumPyType(arguments[1]), case .bytes(let bytes) = arguments[2],
      arguments[3] == .integer(0), arguments[4] == .none, case .text(let order) = arguments[5],
      order == "C" || order == "F"
    else { return nil }
    return .array(try array(shape, type, isFortran: order == "F", bytes))
  }

  private static func shape(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let extents) = value else { return nil }
    let shape = extents.compactMap { extent in
      if case .integer(let count) = extent { count } else { nil }
    }
    return shape.count == extents.count ? shape : nil
  }

  private static func array(
    _ shape: [Int], _ type: NumPyType, isFortran: Bool, _ bytes: [UInt8]
  ) throws(WireError) -> PickledArray {
    guard
      let array = PickledArray(
        shape: shape, type: type.element, isFortran: isFortran, bytes: type.littleEndian(bytes))
    else { throw PickleBytes.wrong("an array whose bytes do not fit its shape") }
    return array
  }
}

/// A type of elements of NumPy, and the order of their bytes.
private struct NumPyType {
  let element: PickledArray.ElementType
  private let isBigEndian: Bool

  /// - Returns: nil for other types than numbers and truth values.
  init?(_ value: PickleValue) {
    if case .text(let text) = value {
      let isMarked = text.first.map { "<>|=".contains($0) } ?? false
      guard
        let type = PickledArray.ElementType(
          rawValue: String(isMarked ? text.dropFirst() : text[...]))
      else { return nil }
      (element, isBigEndian) = (type, text.first == ">")
      return
    }
    guard case .object(let object) = value, object.made == .name(PickleName("numpy", "dtype")),
      case .text(let code) = object.arguments.elements?.first,
      let type = PickledArray.ElementType(rawValue: code),
      let state = object.state?.elements, state.count >= 2, case .text(let order) = state[1]
    else { return nil }
    (element, isBigEndian) = (type, order == ">")
  }

  func littleEndian(_ bytes: [UInt8]) -> [UInt8] {
    guard isBigEndian, element.size > 1, bytes.count.isMultiple(of: element.size) else {
      return bytes
    }
    return stride(from: 0, to: bytes.count, by: element.size).flatMap {
      bytes[$0..<$0 + element.size].reversed()
    }
  }
}
