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

  /// The most keys that a query tests or asks for.
  package static let maximumTests = 64

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
    guard members.count <= Self.maximumTests else {
      throw RemoteError(
        "ValueError", "a query of \(members.count) keys, more than \(Self.maximumTests)")
    }
    var tests: [Test] = []
    for (key, wanted) in members.sorted(by: { $0.key < $1.key }) {
      guard let operations = wanted.object else {
        tests.append(Test(key: key, operation: .eq, value: wanted))
        continue
      }
      guard operations.count <= Operator.allCases.count else {
        throw RemoteError("ValueError", "a query of \(operations.count) operators for '\(key)'")
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

  /// The IDs of the query, one or a list, if it tests nothing else; otherwise nil.
  package var idOperand: JSONValue? {
    guard tests.count == 1, tests[0].key == "msg_id" else { return nil }
    let value = tests[0].value
    switch tests[0].operation {
    case .in: return value.array == nil ? nil : value
    case .eq: return value.string == nil ? nil : value
    default: return nil
    }
  }

  /// The IDs of the query if it tests nothing else; otherwise nil.
  ///
  /// - Complexity: O(n) for n IDs.
  package var ids: [MessageID]? {
    guard let operand = idOperand else { return nil }
    return (operand.array ?? [operand]).compactMap { $0.string.map { MessageID($0) } }
  }
}
