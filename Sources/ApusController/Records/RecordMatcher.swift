// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A query made ready to test many records: lists are sets, patterns are compiled.
package struct RecordMatcher: Sendable {
  enum Operand: Sendable {
    case value(RecordValue)
    case set(Set<RecordValue>)
    /// Each element, and its elements if it is a list.
    case all([(value: RecordValue, elements: Set<RecordValue>?)])
    case remainder(divisor: Int, rest: Int)
    case exists(Bool)
    case pattern(Glob)
  }

  /// One condition.
  package struct Test: Sendable {
    let key: String
    let operation: RecordQuery.Operator
    let operand: Operand

    /// - Throws: a `TypeError` if the operand has the wrong type, a `ValueError` if it is too large.
    package init(_ test: RecordQuery.Test) throws(RemoteError) {
      key = test.key
      operation = test.operation
      operand = try RecordMatcher.operand(test)
    }
  }

  /// The most elements of a list in a query, except a list of identifiers.
  package static let longestList = 1 << 16

  package let query: RecordQuery
  private let tests: [Test]

  /// - Throws: a `TypeError` if an operand has the wrong type, a `ValueError` if it is too large.
  package init(_ query: RecordQuery) throws(RemoteError) {
    self.query = query
    // A query for identifiers is answered by looking them up.
    guard query.idOperand == nil else {
      tests = []
      return
    }
    let patterns = query.tests.filter { $0.operation == .glob }
    let length = patterns.reduce(0) { $0 + ($1.value.string?.unicodeScalars.count ?? 0) }
    guard length <= 4 * Glob.longest else {
      throw RemoteError(
        "ValueError", "patterns of \(length) characters, more than \(4 * Glob.longest)")
    }
    var tests: [Test] = []
    for test in query.tests { tests.append(try Test(test)) }
    self.tests = tests
  }

  /// Whether a record matches; all records match a query for identifiers only.
  ///
  /// - Parameter bytes: is increased by the bytes that were read.
  /// - Throws: a `TypeError` if values that have no order are compared.
  package func matches(_ record: TaskRecord, bytes: inout Int) throws(RemoteError) -> Bool {
    for test in tests {
      let value = record.value(test.key, bytes: &bytes)
      guard try test.holds(for: value, bytes: &bytes) else { return false }
    }
    return true
  }

  // MARK: Operands

  private static func refuse(_ test: RecordQuery.Test, _ text: String) -> RemoteError {
    RemoteError("TypeError", "'\(test.operation.rawValue)' of '\(test.key)' \(text)")
  }

  private static func operand(_ test: RecordQuery.Test) throws(RemoteError) -> Operand {
    switch test.operation {
    case .eq, .ne, .lt, .gt, .lte, .gte: return .value(RecordValue(test.value))
    case .in, .nin: return .set(Set(try list(test).map { RecordValue($0) }))
    case .all:
      var seen: Set<JSONValue> = []
      return .all(
        try list(test).filter { seen.insert($0).inserted }.map { element in
          (RecordValue(element), element.array.map { Set($0.map { RecordValue($0) }) })
        })
    case .mod:
      guard let parts = test.value.array, parts.count == 2, let divisor = parts[0].integer,
        let rest = parts[1].integer, divisor != 0
      else { throw refuse(test, "needs a list of a divisor other than 0 and a remainder") }
      return .remainder(divisor: divisor, rest: rest)
    case .exists: return .exists(test.value.bool ?? (test.value.integer != 0))
    case .glob:
      guard let pattern = test.value.string else { throw refuse(test, "needs a string") }
      guard let glob = Glob(pattern) else {
        throw refuse(test, "takes at most \(Glob.longest) characters")
      }
      return .pattern(glob)
    }
  }

  private static func list(_ test: RecordQuery.Test) throws(RemoteError) -> [JSONValue] {
    guard let list = test.value.array else { throw refuse(test, "needs a list") }
    guard list.count <= longestList else {
      throw RemoteError(
        "ValueError",
        "'\(test.operation.rawValue)' of '\(test.key)' takes at most \(longestList) elements")
    }
    return list
  }
}

extension RecordMatcher.Test {
  /// Whether a value fulfils the condition.
  ///
  /// - Parameter bytes: is increased by the bytes that were compared.
  package func holds(for value: RecordValue, bytes: inout Int) throws(RemoteError) -> Bool {
    switch operand {
    case .value(let wanted):
      switch operation {
      case .eq: return value == wanted
      case .ne: return value != wanted
      case .lt: return try compare(value, wanted) < 0
      case .gt: return try compare(value, wanted) > 0
      case .lte: return try compare(value, wanted) <= 0
      default: return try compare(value, wanted) >= 0
      }
    case .set(let wanted): return wanted.contains(value) == (operation == .in)
    case .all(let wanted):
      bytes += wanted.count * 64
      return wanted.allSatisfy { $0.elements?.contains(value) ?? ($0.value == value) }
    case .remainder(let divisor, let rest): return try isCongruent(value, divisor, rest)
    case .exists(let isWanted): return value.isNull != isWanted
    case .pattern(let glob):
      guard case .json(.string(let text)) = value else { return false }
      bytes += text.utf8.count * 16
      return glob.matches(text)
    }
  }

  private func refuse(_ text: String) -> RemoteError {
    RemoteError("TypeError", "'\(operation.rawValue)' of '\(key)' \(text)")
  }

  /// Compares a value with the operand; negative, 0 or positive for smaller, equal or larger.
  private func compare(_ value: RecordValue, _ wanted: RecordValue) throws(RemoteError) -> Int {
    switch (value, wanted) {
    case (.date(let a), .date(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.json(let a), .json(let b)):
      if let a = a.number, let b = b.number { return a < b ? -1 : a > b ? 1 : 0 }
      if let a = a.string, let b = b.string {
        let (a, b) = (a.unicodeScalars, b.unicodeScalars)
        return a.elementsEqual(b) ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
      }
    default: break
    }
    throw refuse("compares values that have no order; one may be missing")
  }

  private func isCongruent(
    _ value: RecordValue, _ divisor: Int, _ rest: Int
  ) throws(RemoteError) -> Bool {
    guard case .json(let json) = value, let number = json.integer else {
      throw refuse("needs a whole number")
    }
    let remainder = number.remainderReportingOverflow(dividingBy: divisor).partialValue
    // Python's remainder has the sign of the divisor.
    return (remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder)
      == rest
  }
}
