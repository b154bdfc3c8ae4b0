// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The pointers are handed out only within the arrays' initialisers, one in the other. A closure that returns must have
// written each element; if it throws, the arrays are dropped, and their elements are trivial.

/// What an array of a column holds.
enum ArrayKind {
  case numbers
  case integers
  case codes
}

/// An array that was filled through its pointer.
enum FilledArray {
  case numbers([Double])
  case integers([Int])
  case codes([Int32])
}

/// Makes arrays that are filled together, each at once in its final place.
enum ColumnArrays {
  /// The most arrays at once, since each takes a frame of the stack.
  static let most = 256

  /// Makes arrays of `count` elements and hands their pointers to a closure that writes all elements.
  static func filling(
    _ kinds: ArraySlice<ArrayKind>, count: Int, _ targets: [FieldTarget] = [],
    _ fill: ([FieldTarget]) throws -> Void
  ) throws -> [FilledArray] {
    guard let kind = kinds.first else {
      try fill(targets)
      return []
    }
    var others: [FilledArray] = []
    let rest = kinds.dropFirst()
    let first: FilledArray
    switch kind {
    case .numbers:
      let array: [Double] = try make(count) {
        others = try filling(rest, count: count, targets + [.numbers($0)], fill)
      }
      first = .numbers(array)
    case .integers:
      let array: [Int] = try make(count) {
        others = try filling(rest, count: count, targets + [.integers($0)], fill)
      }
      first = .integers(array)
    case .codes:
      let array: [Int32] = try make(count) {
        others = try filling(rest, count: count, targets + [.codes($0)], fill)
      }
      first = .codes(array)
    }
    return [first] + others
  }

  private static func make<Element>(
    _ count: Int, _ fill: (UnsafeMutablePointer<Element>) throws -> Void
  ) throws -> [Element] {
    try [Element](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      try fill(start)
      initialized = count
    }
  }
}
