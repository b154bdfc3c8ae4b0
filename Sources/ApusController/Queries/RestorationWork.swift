// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The unfinished records of an earlier controller, taken over in slices.
final class RestorationWork {
  private var found: [TaskRecord] = []
  private var position = 0
  private var (pending, lost) = (0, 0)

  /// The records to ask the archive for.
  static let query = RecordQuery(
    tests: [RecordQuery.Test(key: "completed", operation: .eq, value: .null)])

  func resume(with records: [TaskRecord]) { found = records }

  /// Counts a request whose engine is here, or one that is lost.
  func count(_ isPending: Bool?) {
    if isPending == true { pending += 1 }
    if isPending == false { lost += 1 }
  }

  /// What to log at the end.
  var report: String {
    "of the requests of the earlier controller, \(pending) are at engines and \(lost) are lost"
  }

  /// - Returns: the records to take over now, and whether these are the last ones.
  func step(_ slice: inout Slice) -> (records: [TaskRecord], isLast: Bool) {
    let first = position
    let isLast = found.forEach(from: &position, &slice) { _, _ in }
    return (Array(found[first..<position]), isLast)
  }
}
