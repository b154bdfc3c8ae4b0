// Part of Apus, Apache-2.0. See LICENSE.

/// A reader that yields the tokens of a JSON text one by one and checks its grammar, in one pass over the bytes.
///
/// Whatever the bytes hold, the time is proportional to their number, and nothing is allocated: nesting is
/// limited, and remembered in one bit per level. Strings may hold bytes that are not UTF-8, because Python writes
/// such bytes for texts that it read with escapes for them; they are kept as they are.
package struct JSONTokens {
  package enum Token: Hashable {
    case beginObject, endObject, beginArray, endArray
    /// The name of a member: the range between its quotes, and whether it is free of escapes.
    case name(Range<Int>, isPlain: Bool)
    /// A string: the range between its quotes, and whether it is free of escapes.
    case string(Range<Int>, isPlain: Bool)
    case number(Range<Int>)
    case bool(Bool)
    case null
  }

  private enum Expectation { case value, valueOrEnd, name, nameOrEnd, commaOrEnd, nothing }

  /// The greatest depth of nested values; deeper ones are refused.
  package static let deepest = 256

  private var position = 0
  private var depth = 0
  /// One bit per level, set for objects.
  private var levels: InlineArray<4, UInt64> = [0, 0, 0, 0]
  private var expected = Expectation.value

  package init() {}

  /// The next token, or nil at the end of the text.
  package mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> Token? {
    skipSpace(bytes)
    if expected == .commaOrEnd, position < bytes.count, bytes[position] == UInt8(ascii: ",") {
      position += 1
      expected = isInObject ? .name : .value
      skipSpace(bytes)
    }
    guard position < bytes.count else {
      guard expected == .nothing else { throw fault("the text ends too soon", bytes) }
      return nil
    }
    switch bytes[position] {
    case UInt8(ascii: "}") where expected == .nameOrEnd || expected == .commaOrEnd && isInObject:
      return close(.endObject)
    case UInt8(ascii: "]") where expected == .valueOrEnd || expected == .commaOrEnd && !isInObject:
      return close(.endArray)
    case UInt8(ascii: "\"") where expected == .name || expected == .nameOrEnd:
      return try name(bytes)
    case let first where expected == .value || expected == .valueOrEnd:
      return try value(first, bytes)
    default: throw fault("unexpected character", bytes)
    }
  }

  /// Checks that the bytes are one JSON text.
  package static func check(_ bytes: Span<UInt8>) throws(WireError) {
    var tokens = JSONTokens()
    while try tokens.next(bytes) != nil {}
  }

  private func fault(_ text: String, _ bytes: Span<UInt8>) -> WireError {
    WireError(.malformed, "not JSON: \(text) at byte \(min(position, bytes.count))")
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  // MARK: Nesting

  private var isInObject: Bool { levels[(depth - 1) >> 6] >> UInt64((depth - 1) & 63) & 1 == 1 }

  private mutating func open(_ token: Token, isObject: Bool) throws(WireError) -> Token {
    guard depth < Self.deepest else {
      throw WireError(.tooLarge, "JSON nested deeper than \(Self.deepest)")
    }
    let bit: UInt64 = 1 << UInt64(depth & 63)
    if isObject { levels[depth >> 6] |= bit } else { levels[depth >> 6] &= ~bit }
    depth += 1
    position += 1
    expected = isObject ? .nameOrEnd : .valueOrEnd
    return token
  }

  private mutating func close(_ token: Token) -> Token {
    depth -= 1
    position += 1
    endValue()
    return token
  }

  private mutating func endValue() { expected = depth == 0 ? .nothing : .commaOrEnd }

  // MARK: Values

  private mutating func value(_ first: UInt8, _ bytes: Span<UInt8>) throws(WireError) -> Token {
    switch first {
    case UInt8(ascii: "{"): return try open(.beginObject, isObject: true)
    case UInt8(ascii: "["): return try open(.beginArray, isObject: false)
    case UInt8(ascii: "\""):
      let (range, isPlain) = try string(bytes)
      endValue()
      return .string(range, isPlain: isPlain)
    case UInt8(ascii: "t"): return try word("true", .bool(true), bytes)
    case UInt8(ascii: "f"): return try word("false", .bool(false), bytes)
    case UInt8(ascii: "n"): return try word("null", .null, bytes)
    default: return try number(bytes)
    }
  }

  private mutating func name(_ bytes: Span<UInt8>) throws(WireError) -> Token {
    let (range, isPlain) = try string(bytes)
    skipSpace(bytes)
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
      throw fault("no colon", bytes)
    }
    position += 1
    expected = .value
    return .name(range, isPlain: isPlain)
  }

  private mutating func word(
    _ text: StaticString, _ token: Token, _ bytes: Span<UInt8>
  ) throws(WireError) -> Token {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count, bytes.holds(text, at: position..<end) else {
      throw fault("unknown word", bytes)
    }
    position = end
    endValue()
    return token
  }

  private mutating func string(
    _ bytes: Span<UInt8>
  ) throws(WireError) -> (range: Range<Int>, isPlain: Bool) {
    let start = position + 1
    var isPlain = true
    position = start
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        defer { position += 1 }
        return (start..<position, isPlain)
      }
      if byte < 0x20 { throw fault("a control character in a string", bytes) }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        try skipEscape(bytes)
      } else {
        position += 1
      }
    }
    throw fault("a string without end", bytes)
  }

  private mutating func skipEscape(_ bytes: Span<UInt8>) throws(WireError) {
    guard position + 1 < bytes.count else { throw fault("a string without end", bytes) }
    switch bytes[position + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 2
    case UInt8(ascii: "u"):
      guard JSONString.unit(bytes, position + 2) != nil else {
        throw fault("a wrong escape", bytes)
      }
      position += 6
    default: throw fault("a wrong escape", bytes)
    }
  }

  private mutating func number(_ bytes: Span<UInt8>) throws(WireError) -> Token {
    let start = position
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
    let hasLeadingZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
    let whole = skipDigits(bytes)
    guard whole == 1 || whole > 1 && !hasLeadingZero else { throw fault("no value", bytes) }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      guard skipDigits(bytes) > 0 else { throw fault("a wrong number", bytes) }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count,
        bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      guard skipDigits(bytes) > 0 else { throw fault("a wrong number", bytes) }
    }
    endValue()
    return .number(start..<position)
  }

  private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return position - start
  }
}
