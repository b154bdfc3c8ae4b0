// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A parser of Python literals: numbers, strings, bytes, `True`, `False`, `None`, and lists, tuples and
/// dictionaries of these.
///
/// Nothing is ever called or looked up.
package struct PythonLiteral {
  private let characters: [Character]
  private var index = 0
  private var depth = 0

  /// The value of a text that is one literal; nil for any other text.
  package static func value(_ text: String) -> JSONValue? {
    var reader = PythonLiteral(characters: Array(text))
    guard let value = reader.value() else { return nil }
    reader.skipSpace()
    return reader.index == reader.characters.count ? value : nil
  }

  private init(characters: [Character]) { self.characters = characters }

  private var next: Character? { index < characters.count ? characters[index] : nil }

  private mutating func skipSpace() {
    while let next, next.isWhitespace { index += 1 }
    if next == "#" { while let next, next != "\n" { _ = next; index += 1 } }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard next == character else { return false }
    index += 1
    return true
  }

  private mutating func value() -> JSONValue? {
    skipSpace()
    guard let first = next, depth < 64 else { return nil }
    depth += 1
    defer { depth -= 1 }
    switch first {
    case "[": return list("[", "]")
    case "(": return list("(", ")")
    case "{": return dictionary()
    case "'", "\"": return text()
    case "b", "u", "r":
      if index + 1 < characters.count, "'\"".contains(characters[index + 1]) {
        index += 1
        return text(isRaw: first == "r")
      }
      return nil
    default: return word()
    }
  }

  private mutating func list(_ open: Character, _ close: Character) -> JSONValue? {
    guard take(open) else { return nil }
    var values: [JSONValue] = []
    var hasComma = true
    while !take(close) {
      guard hasComma, let value = value() else { return nil }
      values.append(value)
      hasComma = take(",")
      if close == ")" && values.count == 1 && !hasComma {
        // A value in parentheses without a comma is not a tuple.
        return take(close) ? values[0] : nil
      }
    }
    return .array(values)
  }

  private mutating func dictionary() -> JSONValue? {
    guard take("{") else { return nil }
    var members: [String: JSONValue] = [:]
    var hasComma = true
    while !take("}") {
      guard hasComma, let key = value()?.string, take(":"), let value = value() else { return nil }
      members[key] = value
      hasComma = take(",")
    }
    return .object(members)
  }

  private mutating func text(isRaw: Bool = false) -> JSONValue? {
    guard let quote = next else { return nil }
    index += 1
    var text = ""
    while let character = next {
      index += 1
      if character == quote {
        // Adjacent strings are concatenated.
        let end = index
        skipSpace()
        if let next, next == "'" || next == "\"", case .string(let more)? = self.text() {
          return .string(text + more)
        }
        index = end
        return .string(text)
      }
      guard character == "\\", !isRaw else {
        text.append(character)
        continue
      }
      guard let escaped = next else { return nil }
      index += 1
      switch escaped {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "\\", "'", "\"": text.append(escaped)
      default: return nil
      }
    }
    return nil
  }

  private mutating func word() -> JSONValue? {
    let start = index
    while let next, next.isLetter || next.isNumber || "+-._".contains(next) { index += 1 }
    let word = String(characters[start..<index])
    switch word {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return .null
    default: break
    }
    let digits = word.filter { $0 != "_" }
    if let number = Int(digits) { return .integer(number) }
    guard digits.contains(where: \.isNumber), let number = Double(digits) else { return nil }
    return .number(number)
  }
}
