// Part of Apus, Apache-2.0. See LICENSE.

/// What a pickle of Python holds: plain data, arrays of NumPy, and names and records of classes, which are only described.
///
/// Nothing of a pickle is ever looked up, called or made.
package indirect enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits: its two's complement, the lowest byte first.
  case largeInteger([UInt8])
  case number(Double)
  case text(String)
  case bytes([UInt8])
  case list([PickleValue])
  case tuple([PickleValue])
  case dictionary([PickleEntry])
  case set([PickleValue])
  case frozenSet([PickleValue])
  /// An array or, without dimensions, a scalar of NumPy.
  case array(PickledArray)
  /// A function or class, by its module and name.
  case name(PickleName)
  /// An object of a class.
  case object(PickledObject)
}

/// A key of a dictionary and its value.
package struct PickleEntry: Sendable, Equatable {
  package var key: PickleValue
  package var value: PickleValue

  package init(_ key: PickleValue, _ value: PickleValue) { (self.key, self.value) = (key, value) }
}

/// A function or class, by its module and name.
package struct PickleName: Sendable, Hashable, CustomStringConvertible {
  package var module: String
  package var name: String

  package init(_ module: String, _ name: String) { (self.module, self.name) = (module, name) }

  package var description: String { "\(module).\(name)" }
}

/// An object as its pickle describes it: what is called with which arguments, and what the result is given.
package struct PickledObject: Sendable, Equatable {
  /// How an object is made.
  package enum Form: Sendable {
    /// By calling what is named.
    case call
    /// By calling the `__new__` of a class; with keywords the arguments are a tuple and a dictionary.
    case new, newWithKeywords
  }

  package var form = Form.call
  package var made: PickleValue
  package var arguments: PickleValue
  package var state: PickleValue?
  /// Elements that are appended to it.
  package var items: [PickleValue] = []
  /// Entries that are set in it.
  package var entries: [PickleEntry] = []
}

extension PickleValue {
  /// The first function, class or object in it, in words; nil for plain data and arrays.
  package var firstObject: String? {
    switch self {
    case .name(let name): "\(name)"
    case .object(let object):
      if case .name(let name) = object.made { "a \(name)" } else { "of a class without a name" }
    case .list(let values), .tuple(let values), .set(let values), .frozenSet(let values):
      values.lazy.compactMap(\.firstObject).first
    case .dictionary(let entries):
      entries.lazy.compactMap { $0.key.firstObject ?? $0.value.firstObject }.first
    default: nil
    }
  }

  /// The values of a list or tuple; nil for others.
  package var elements: [PickleValue]? {
    switch self {
    case .list(let values), .tuple(let values): values
    default: nil
    }
  }

  /// The value of a text among the keys of a dictionary; nil if there is none.
  package subscript(key: String) -> PickleValue? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries.last { $0.key == .text(key) }?.value
  }

  /// The integer, also of a truth value or a scalar of NumPy, as Python counts these; nil for others.
  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    case .array(let array) where array.shape.isEmpty: array.integers?.first
    default: nil
    }
  }

  /// The number, also of an integer or a scalar of NumPy; nil for others.
  package var number: Double? {
    switch self {
    case .number(let value): value
    case .array(let array) where array.shape.isEmpty: array.numbers?.first
    default: integer.map { Double($0) }
    }
  }
}
