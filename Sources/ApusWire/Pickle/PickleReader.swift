// Part of Apus, Apache-2.0. See LICENSE.

/// Reads pickles of protocols 0 to 5 as values, without making or calling anything that they name.
///
/// Objects that refer to themselves, references to other processes' objects and registered extensions are refused.
package struct PickleReader {
  private var bytes: PickleBytes
  private var nodes = PickleNodes()
  private var stack: [Int] = []
  /// How deep the stack was at each mark.
  private var marks: [Int] = []
  private var memo: [UInt64: Int] = [:]
  private var version: UInt8 = 0

  private static let newest: UInt8 = 5
  /// Names of Python 2, which protocols before the third use.
  private static let oldModules = ["__builtin__": "builtins", "copy_reg": "copyreg"]
  private static let oldNames = ["xrange": "range", "unicode": "str", "long": "int"]

  private init(_ bytes: [UInt8]) { self.bytes = PickleBytes(bytes) }

  /// The value of a pickle.
  ///
  /// - Throws: ``WireError`` `.malformed`, or `.tooLarge` for a pickle whose repeated parts would take more than `limit` values.
  /// - Complexity: O(bytes + values).
  package static func value(
    of pickle: [UInt8], limit: Int = 50_000_000
  ) throws(WireError) -> PickleValue {
    var reader = PickleReader(pickle)
    return try reader.read(limit: limit)
  }

  private mutating func read(limit: Int) throws(WireError) -> PickleValue {
    while true {
      let byte = try bytes.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw PickleBytes.wrong("the opcode \(byte), which is not read here")
      }
      if opcode == .stop { break }
      try perform(opcode)
    }
    guard let last = stack.popLast(), stack.isEmpty, marks.isEmpty else {
      throw PickleBytes.wrong("more or less than one value")
    }
    var expansion = PickleExpansion(nodes, limit: limit)
    return try expansion.value(last)
  }

  private mutating func perform(_ opcode: PickleOpcode) throws(WireError) {
    switch opcode {
    case .stop: break
    case .proto:
      version = try bytes.byte()
      guard version <= Self.newest else {
        throw PickleBytes.wrong("protocol \(version), which is not known")
      }
    case .frame: _ = try bytes.take(8)
    case .mark: marks.append(stack.count)
    case .pop: if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup: stack.append(try top())
    case .none, .newTrue, .newFalse, .int, .binInt, .binInt1, .binInt2, .long, .long1, .long4,
      .float, .binFloat, .binString, .shortBinString, .unicode, .binUnicode, .shortBinUnicode,
      .binUnicode8, .binBytes, .shortBinBytes, .binBytes8, .byteArray8:
      push(.leaf(try leaf(opcode)))
    case .emptyList, .list, .append, .appends: try performList(opcode)
    case .emptyTuple, .tuple, .tuple1, .tuple2, .tuple3: try performTuple(opcode)
    case .emptyDict, .dict, .setItem, .setItems: try performDictionary(opcode)
    case .emptySet, .addItems, .frozenSet: try performSet(opcode)
    case .global, .stackGlobal, .reduce, .newObj, .newObjEx, .build: try performObject(opcode)
    case .memoize: memo[UInt64(memo.count)] = try top()
    case .put: memo[try index(bytes.line())] = try top()
    case .binPut: memo[try bytes.number(1)] = try top()
    case .longBinPut: memo[try bytes.number(4)] = try top()
    case .get: try recall(index(bytes.line()))
    case .binGet: try recall(bytes.number(1))
    case .longBinGet: try recall(bytes.number(4))
    }
  }

  // MARK: Numbers and texts

  private mutating func leaf(_ opcode: PickleOpcode) throws(WireError) -> PickleValue {
    switch opcode {
    case .newTrue: .bool(true)
    case .newFalse: .bool(false)
    case .int: try Self.truthOrInteger(bytes.line())
    case .binInt: .integer(Int(Int32(truncatingIfNeeded: try bytes.number(4))))
    case .binInt1: .integer(Int(try bytes.number(1)))
    case .binInt2: .integer(Int(try bytes.number(2)))
    case .long: try Self.integer(bytes.line())
    case .long1: PickleBytes.integer(try bytes.counted(1))
    case .long4: PickleBytes.integer(try bytes.counted(4))
    case .float: try Self.float(bytes.line())
    case .binFloat: .number(Double(bitPattern: try bytes.number(8).byteSwapped))
    case .binString: Self.oldText(try bytes.counted(4))
    case .shortBinString: Self.oldText(try bytes.counted(1))
    case .binBytes: .bytes(Array(try bytes.counted(4)))
    case .shortBinBytes: .bytes(Array(try bytes.counted(1)))
    case .binBytes8, .byteArray8: .bytes(Array(try bytes.counted(8)))
    case .unicode: try Self.unescaped(bytes.line())
    case .binUnicode: .text(try bytes.text(4))
    case .shortBinUnicode: .text(try bytes.text(1))
    case .binUnicode8: .text(try bytes.text(8))
    default: .none
    }
  }

  /// Protocol 0 writes truth values as "00" and "01".
  private static func truthOrInteger(_ line: String) throws(WireError) -> PickleValue {
    line == "00" || line == "01" ? .bool(line == "01") : try integer(line)
  }

  /// A string of Python 2 is a text if it is ASCII, else bytes.
  private static func oldText(_ bytes: ArraySlice<UInt8>) -> PickleValue {
    bytes.allSatisfy { $0 < 128 }
      ? .text(String(decoding: bytes, as: UTF8.self)) : .bytes(Array(bytes))
  }

  /// Large integers of protocol 0 end with an L.
  private static func integer(_ line: String) throws(WireError) -> PickleValue {
    guard let value = Int(line.hasSuffix("L") ? String(line.dropLast()) : line) else {
      throw PickleBytes.wrong("an integer that is none, or beyond 64 bits in decimals")
    }
    return .integer(value)
  }

  private static func float(_ line: String) throws(WireError) -> PickleValue {
    guard let value = Double(line) else { throw PickleBytes.wrong("a number that is none") }
    return .number(value)
  }

  /// Protocol 0 escapes some characters, which are not read here.
  private static func unescaped(_ line: String) throws(WireError) -> PickleValue {
    guard line.utf8.allSatisfy({ $0 < 128 && $0 != UInt8(ascii: "\\") }) else {
      throw PickleBytes.wrong("an escaped text of protocol 0")
    }
    return .text(line)
  }

  // MARK: Containers

  private mutating func performList(_ opcode: PickleOpcode) throws(WireError) {
    switch opcode {
    case .emptyList: push(.list([]))
    case .list: push(.list(try popToMark()))
    default:
      let added = opcode == .append ? [try pop()] : try popToMark()
      try nodes.append(added, to: top())
    }
  }

  private mutating func performTuple(_ opcode: PickleOpcode) throws(WireError) {
    var parts: [Int] = []
    switch opcode {
    case .tuple: parts = try popToMark()
    case .tuple1, .tuple2, .tuple3:
      for _ in 0...(opcode.rawValue - PickleOpcode.tuple1.rawValue) {
        parts.insert(try pop(), at: 0)
      }
    default: break
    }
    push(.tuple(parts))
  }

  private mutating func performDictionary(_ opcode: PickleOpcode) throws(WireError) {
    switch opcode {
    case .emptyDict: push(.dictionary([]))
    case .dict:
      let parts = try popToMark()
      push(.dictionary([]))
      try nodes.set(parts, in: top())
    case .setItem:
      let value = try pop(), key = try pop()
      try nodes.set([key, value], in: top())
    default:
      let parts = try popToMark()
      try nodes.set(parts, in: top())
    }
  }

  private mutating func performSet(_ opcode: PickleOpcode) throws(WireError) {
    switch opcode {
    case .emptySet: push(.set([]))
    case .frozenSet: push(.frozenSet(try popToMark()))
    default:
      let parts = try popToMark()
      try nodes.append(parts, to: top())
    }
  }

  // MARK: Objects

  private mutating func performObject(_ opcode: PickleOpcode) throws(WireError) {
    switch opcode {
    case .global:
      let module = try bytes.line()
      push(.leaf(.name(modern(PickleName(module, try bytes.line())))))
    case .stackGlobal:
      let name = try pop(), module = try pop()
      guard case .leaf(.text(let name)) = nodes[name], case .leaf(.text(let module)) = nodes[module]
      else { throw PickleBytes.wrong("a name that is no text") }
      push(.leaf(.name(PickleName(module, name))))
    case .build:
      let state = try pop()
      try nodes.give(state, to: top())
    case .newObjEx:
      let keywords = try pop(), arguments = try pop(), made = try pop()
      push(.tuple([arguments, keywords]))
      push(.object(PickleNodes.Object(form: .newWithKeywords, made: made, arguments: try pop())))
    default:
      let arguments = try pop(), made = try pop()
      let form: PickledObject.Form = opcode == .newObj ? .new : .call
      push(.object(PickleNodes.Object(form: form, made: made, arguments: arguments)))
    }
  }

  private func modern(_ name: PickleName) -> PickleName {
    guard version < 3, let module = Self.oldModules[name.module] else { return name }
    return PickleName(module, Self.oldNames[name.name] ?? name.name)
  }

  // MARK: Stack and memo

  private mutating func push(_ node: PickleNodes.Node) { stack.append(nodes.add(node)) }

  private func top() throws(WireError) -> Int {
    guard let last = stack.last, stack.count > marks.last ?? 0 else {
      throw PickleBytes.wrong("a value missing")
    }
    return last
  }

  private mutating func pop() throws(WireError) -> Int {
    let last = try top()
    stack.removeLast()
    return last
  }

  private mutating func popToMark() throws(WireError) -> [Int] {
    guard let mark = marks.popLast() else { throw PickleBytes.wrong("a mark missing") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func index(_ line: String) throws(WireError) -> UInt64 {
    guard let index = UInt64(line) else { throw PickleBytes.wrong("a place that is no number") }
    return index
  }

  private mutating func recall(_ index: UInt64) throws(WireError) {
    guard let node = memo[index] else { throw PickleBytes.wrong("a reference to nothing") }
    stack.append(node)
  }
}
