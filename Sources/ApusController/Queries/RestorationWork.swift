// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The unfinished records of an earlier controller, taken over in slices.
struct RestorationWork {
  private var found: [TaskRecord] = []
  private var position = 0

  /// The records to ask the archive for.
  static let query = RecordQuery(
    tests: [RecordQuery.Test(key: "completed", operation: .eq, value: .null)])

  mutating func resume(with records: [TaskRecord]) { found = records }

  /// - Returns: the records to take over now, and whether these are the last ones.
  mutating func step(_ slice: inout Slice) -> (records: [TaskRecord], isLast: Bool) {
    let first = position
    let isLast = found.forEach(from: &position, &slice) { _, _ in }
    return (Array(found[first..<position]), isLast)
  }
}
