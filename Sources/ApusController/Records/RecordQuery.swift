// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A value of a record or of a query: JSON, or a date if it is a string that holds one.
package enum RecordValue: Sendable, Hashable {
  case json(JSONValue)
  case date(WireDate)

  /// Wraps a JSON value; a string that is a complete date becomes a date.
  package init(_ value: JSONValue) {
    if let text = value.string, text.utf8.count >= 19, let date = WireDate(text) {
      self = .date(date)
    } else {
      self = .json(value)
    }
  }

  var isNull: Bool { self == .json(.null) }
}

/// A query for records: `{key: value}` tests equality and `{key: {"$op": value}}` uses another operator; all
/// tests must hold.
///
/// The operators are those of IPython Parallel, which took them from MongoDB.
package struct RecordQuery: Sendable, Hashable {
  package enum Operator: String, Sendable, Hashable, CaseIterable {
    case lt = "$lt"
    case gt = "$gt"
    case lte = "$lte"
    case gte = "$gte"
    case eq = "$eq"
    case ne = "$ne"
    case `in` = "$in"
    case nin = "$nin"
    case all = "$all"
    case mod = "$mod"
    case exists = "$exists"
    case glob = "$glob"
  }

  package struct Test: Sendable, Hashable {
    package let key: String
    package let operation: Operator
    package let value: JSONValue
  }

  package let tests: [Test]

  package init(tests: [Test]) { self.tests = tests }

  /// A query for the records with these IDs.
  package init(ids: [MessageID]) {
    tests = [Test(key: "msg_id", operation: .in, value: .array(ids.map { .string($0.text) }))]
  }

  /// Parses a query.
  ///
  /// - Throws: Python's `KeyError` for an unknown operator, or `TypeError` if the query is not an object.
  package init(_ value: JSONValue) throws(RemoteError) {
    guard let members = value.object else {
      throw RemoteError("TypeError", "a query must be an object of keys and conditions")
    }
    var tests: [Test] = []
    for (key, wanted) in members.sorted(by: { $0.key < $1.key }) {
      guard let operations = wanted.object else {
        tests.append(Test(key: key, operation: .eq, value: wanted))
        continue
      }
      for (name, operand) in operations.sorted(by: { $0.key < $1.key }) {
        guard let operation = Operator(rawValue: name) else {
          let known = Operator.allCases.map(\.rawValue).joined(separator: " ")
          throw RemoteError("KeyError", "'\(name)' is not an operator; use one of \(known)")
        }
        tests.append(Test(key: key, operation: operation, value: operand))
      }
    }
    self.tests = tests
  }

  /// The IDs of the query if it tests nothing else; otherwise nil.
  package var ids: [MessageID]? {
    guard tests.count == 1, tests[0].key == "msg_id" else { return nil }
    switch tests[0].operation {
    case .in: return tests[0].value.strings?.map { MessageID($0) }
    case .eq: return tests[0].value.string.map { [MessageID($0)] }
    default: return nil
    }
  }

  /// Whether a record matches.
  ///
  /// - Throws: a `TypeError` if values that have no order are compared, or an operand has the wrong type.
  package func matches(_ record: TaskRecord) throws(RemoteError) -> Bool {
    for test in tests where try !test.holds(for: record.value(test.key)) { return false }
    return true
  }
}

extension RecordQuery.Test {
  func holds(for value: RecordValue) throws(RemoteError) -> Bool {
    switch operation {
    case .eq: value == RecordValue(self.value)
    case .ne: value != RecordValue(self.value)
    case .lt: try compare(value) < 0
    case .gt: try compare(value) > 0
    case .lte: try compare(value) <= 0
    case .gte: try compare(value) >= 0
    case .in: try list().contains { RecordValue($0) == value }
    case .nin: try !list().contains { RecordValue($0) == value }
    case .all: try list().allSatisfy { contains($0, value) }
    case .mod: try isCongruent(value)
    case .exists: value.isNull != (self.value.bool ?? (self.value.integer != 0))
    case .glob: try isGlob(value)
    }
  }

  private func refuse(_ text: String) -> RemoteError {
    RemoteError("TypeError", "'\(operation.rawValue)' of '\(key)' \(text)")
  }

  private func list() throws(RemoteError) -> [JSONValue] {
    guard let list = value.array else { throw refuse("needs a list") }
    return list
  }

  private func contains(_ element: JSONValue, _ value: RecordValue) -> Bool {
    if let list = element.array { return list.contains { RecordValue($0) == value } }
    return RecordValue(element) == value
  }

  /// Compares a value with the operand; negative, 0 or positive for smaller, equal or larger.
  private func compare(_ value: RecordValue) throws(RemoteError) -> Int {
    switch (value, RecordValue(self.value)) {
    case (.date(let a), .date(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.json(let a), .json(let b)):
      if let a = a.number, let b = b.number { return a < b ? -1 : a > b ? 1 : 0 }
      if let a = a.string, let b = b.string {
        let (a, b) = (a.unicodeScalars.map(\.value), b.unicodeScalars.map(\.value))
        return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
      }
    default: break
    }
    throw refuse("compares values that have no order; one may be missing")
  }

  private func isCongruent(_ value: RecordValue) throws(RemoteError) -> Bool {
    guard let parts = self.value.array, parts.count == 2, let divisor = parts[0].integer,
      let rest = parts[1].integer, divisor != 0
    else { throw refuse("needs a list of a divisor other than 0 and a remainder") }
    guard case .json(let json) = value, let number = json.integer else {
      throw refuse("needs a whole number")
    }
    let remainder = number.remainderReportingOverflow(dividingBy: divisor).partialValue
    // Python's remainder has the sign of the divisor.
    return (remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder)
      == rest
  }

  private func isGlob(_ value: RecordValue) throws(RemoteError) -> Bool {
    guard let pattern = self.value.string else { throw refuse("needs a string") }
    switch value {
    case .json(.string(let text)): return Glob(pattern).matches(text)
    default: return false
    }
  }
}
