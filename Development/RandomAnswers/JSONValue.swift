// Part of Apus, Apache-2.0. See LICENSE.

/// Any JSON value; integers and other numbers are kept apart, and large integers may be written as strings.
enum JSONValue: Decodable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // The most common kinds first, because a failed attempt is slow.
    if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode([String: JSONValue].self) {
      self = .object(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .string("\(value)")
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else {
      self = .null
    }
  }

  subscript(_ key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  var string: String? {
    switch self {
    case .string(let value): value
    case .integer(let value): "\(value)"
    default: nil
    }
  }

  var int: Int? {
    switch self {
    case .integer(let value): Int(value)
    case .number(let value): Int(exactly: value)
    case .string(let value): Int(value)
    default: nil
    }
  }

  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string(let value): Double(value)
    default: nil
    }
  }

  /// The value itself, or the only element of a list, which is how R writes scalars.
  var single: JSONValue? {
    guard case .array(let elements) = self else { return self }
    return elements.count == 1 ? elements[0] : nil
  }

  var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}
