// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A value of Python: plain data, and arrays of NumPy.
///
/// ```swift
/// let settings: PythonValue = ["rate": 0.5, "names": ["a", "b"], "limit": nil]
/// ```
/// Objects of other classes cannot be expressed; a function's result that is one is an error.
public struct PythonValue: Sendable, Equatable {
  package let pickle: PickleValue

  package init(_ pickle: PickleValue) { self.pickle = pickle }

  /// Python's `None`.
  public static let none = PythonValue(.none)

  /// An integer.
  public init(_ value: Int) { pickle = .integer(value) }

  /// A `float`.
  public init(_ value: Double) { pickle = .number(value) }

  /// A `bool`.
  public init(_ value: Bool) { pickle = .bool(value) }

  /// A `str`.
  public init(_ value: String) { pickle = .text(value) }

  /// Some `bytes`.
  public init(bytes: [UInt8]) { pickle = .bytes(bytes) }

  /// A list.
  public init(list: [PythonValue]) { pickle = .list(list.map(\.pickle)) }

  /// A tuple.
  public init(tuple: [PythonValue]) { pickle = .tuple(tuple.map(\.pickle)) }

  /// A NumPy array of `float64` with one dimension.
  public init(array: [Double]) { pickle = .array(PickledArray(array)) }

  /// A NumPy array of `int64` with one dimension.
  public init(array: [Int]) { pickle = .array(PickledArray(array)) }

  /// A NumPy array of `float64`.
  ///
  /// - Parameters:
  ///   - array: the elements, the last index running fastest.
  ///   - shape: the extents, whose product must be the number of elements.
  public init(array: [Double], shape: [Int]) {
    guard
      let value = PickledArray(
        shape: shape, type: .float64, bytes: PickledArray.bytes(of: array))
    else {
      preconditionFailure("An array of \(array.count) elements has not the shape \(shape).")
    }
    pickle = .array(value)
  }
}

// MARK: - Reading

extension PythonValue {
  /// Whether it is `None`.
  public var isNone: Bool { pickle == .none }

  /// The integer, also of a `bool` or a scalar of NumPy; nil for other values.
  public var int: Int? { pickle.integer }

  /// The number, also of an integer or a scalar of NumPy; nil for other values.
  public var double: Double? { pickle.number }

  /// The truth value; nil for other values.
  public var bool: Bool? { if case .bool(let value) = pickle { value } else { nil } }

  /// The text; nil for other values.
  public var string: String? { if case .text(let value) = pickle { value } else { nil } }

  /// The bytes; nil for other values.
  public var bytes: [UInt8]? { if case .bytes(let value) = pickle { value } else { nil } }

  /// The elements of a list or tuple; nil for other values.
  public var elements: [PythonValue]? { pickle.elements?.map { PythonValue($0) } }

  /// The value of a key that is a text, in a dictionary; nil if there is none.
  public subscript(key: String) -> PythonValue? { pickle[key].map { PythonValue($0) } }

  /// The extents of a NumPy array; nil for other values.
  public var shape: [Int]? { if case .array(let array) = pickle { array.shape } else { nil } }

  /// The numbers of a NumPy array of any numeric type, the last index running fastest, or those of a list or tuple; nil for other
  /// values.
  public var doubles: [Double]? {
    if case .array(let array) = pickle { return array.numbers }
    return pickle.elements.flatMap { all in
      let numbers = all.compactMap(\.number)
      return numbers.count == all.count ? numbers : nil
    }
  }

  /// The integers of a NumPy array of integers, or those of a list or tuple; nil for other values.
  public var ints: [Int]? {
    if case .array(let array) = pickle { return array.integers }
    return pickle.elements.flatMap { all in
      let integers = all.compactMap(\.integer)
      return integers.count == all.count ? integers : nil
    }
  }
}

// MARK: - Literals

extension PythonValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `None`.
  public init(nilLiteral: ()) { self = .none }

  /// An integer.
  public init(integerLiteral value: Int) { self.init(value) }

  /// A `float`.
  public init(floatLiteral value: Double) { self.init(value) }

  /// A `bool`.
  public init(booleanLiteral value: Bool) { self.init(value) }

  /// A `str`.
  public init(stringLiteral value: String) { self.init(value) }

  /// A list.
  public init(arrayLiteral elements: PythonValue...) { self.init(list: elements) }

  /// A dictionary.
  public init(dictionaryLiteral elements: (PythonValue, PythonValue)...) {
    self.init(.dictionary(elements.map { PickleEntry($0.pickle, $1.pickle) }))
  }
}
