// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The tasks that an `abort_request` names, read in slices.
final class AbortWork {
  private var list: IdentifierList
  private var position = 0

  /// - Throws: `TypeError` if the content names no tasks.
  init(_ content: JSONValue) throws(RemoteError) {
    list = try IdentifierList(content["msg_ids"], skipsOthers: true)
  }

  /// Goes on reading.
  ///
  /// - Returns: the tasks to abort now, and whether these are the last ones.
  func step(_ slice: inout Slice) -> (ids: [MessageID], isLast: Bool) {
    let isLast = (try? list.step(&slice)) ?? true
    defer { position = list.ids.count }
    return (Array(list.ids[position...]), isLast)
  }
}
