// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire
import Foundation
import GRDB

/// The conversion between records and rows of IPython Parallel's table.
enum RecordRow {
  static let table = "ipython-tasks"

  static let creation = """
    CREATE TABLE IF NOT EXISTS "ipython-tasks"
    (msg_id text PRIMARY KEY, header dict text, metadata dict text, content dict text,
    buffers bufs blob, submitted timestamp, client_uuid text, engine_uuid text, started timestamp,
    completed timestamp, resubmitted text, received timestamp, result_header dict text,
    result_metadata dict text, result_content dict text, result_buffers bufs blob, queue text,
    execute_input text, execute_result text, error text, stdout text, stderr text, label text)
    """

  static var insertion: String {
    let placeholders = TaskRecord.keys.map { _ in "?" }.joined(separator: ", ")
    return "INSERT OR REPLACE INTO \"\(table)\" VALUES (\(placeholders))"
  }

  /// The values of a record in the order of the columns.
  static func values(_ record: TaskRecord) -> StatementArguments {
    StatementArguments(TaskRecord.keys.map { value($0, record) })
  }

  private static func value(_ key: String, _ record: TaskRecord) -> (any DatabaseValueConvertible)?
  {
    switch key {
    case "buffers": buffers(record.request)
    case "result_buffers": buffers(record.reply)
    case "submitted": record.submitted.map(date)
    case "started": record.started.map(date)
    case "completed": record.completed.map(date)
    case "received": record.received.map(date)
    case "stdout": text(record.output.stdout)
    case "stderr": text(record.output.stderr)
    case "execute_input": record.output.executeInput.flatMap { text($0) }
    case "msg_id", "client_uuid", "engine_uuid", "resubmitted", "queue", "label":
      record.text(key).string.flatMap { text($0) }
    default: record.text(key) == .null ? nil : record.text(key).asUTF8.description
    }
  }

  /// A text column's value: text, or bytes where SQLite's text cannot hold them.
  private static func text(_ string: JSONString) -> (any DatabaseValueConvertible)? {
    let bytes = string.bytes
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      return Data(bytes)
    }
    return text
  }

  /// The date in Python's format, which is compared as text.
  private static func date(_ date: WireDate) -> String {
    date.description.dropLast() + "+00:00"
  }

  private static func buffers(_ envelope: Envelope?) -> Data? {
    guard let envelope, envelope.bufferCount > 0 else { return nil }
    let list = (envelope.firstBuffer..<envelope.parcel.count).map { envelope.parcel.bytes($0) }
    return Data(ByteListPickle.bytes(list))
  }

  /// The records that match a query, in the order of their submission.
  ///
  /// - Parameter withBuffers: whether to read arguments and results too, which may be large.
  static func find(
    _ query: RecordQuery, _ db: Database, withBuffers: Bool = true
  ) throws -> [TaskRecord] {
    let columns = TaskRecord.keys.filter { withBuffers || !$0.hasSuffix("buffers") }
    var sql = "SELECT \(columns.joined(separator: ", ")) FROM \"\(table)\""
    var arguments = StatementArguments()
    if let ids = query.ids {
      if ids.isEmpty { return [] }
      // There may be more IDs than a statement may have arguments; as JSON they are one argument.
      sql += " WHERE msg_id IN (SELECT value FROM json_each(?))"
      arguments = [JSONText.strings(ids.map(\.text)).description]
    }
    sql += " ORDER BY submitted, msg_id"
    let matcher = try RecordMatcher(query)
    var found: [TaskRecord] = []
    var bytes = 0
    let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
    while let row = try rows.next() {
      let record = try record(row)
      if try matcher.matches(record, bytes: &bytes) { found.append(record) }
    }
    return found
  }

  private static func record(_ row: Row) throws -> TaskRecord {
    func bytes(_ key: String) -> [UInt8]? {
      switch (row[key] as DatabaseValue).storage {
      case .string(let text): Array(text.utf8)
      case .blob(let data): Array(data)
      default: nil
      }
    }
    func text(_ key: String) -> String? { bytes(key).map { String(decoding: $0, as: UTF8.self) } }
    func date(_ key: String) -> WireDate? { text(key).flatMap(WireDate.init) }
    let record = TaskRecord(MessageID(text("msg_id") ?? ""))
    record.request = try envelope(row, "")
    record.reply = try envelope(row, "result_")
    record.channel = text("queue").flatMap(TaskRecord.Channel.init)
    record.submitted = date("submitted")
    record.started = date("started")
    record.completed = date("completed")
    record.received = date("received")
    record.clientUUID = text("client_uuid")
    record.engine = text("engine_uuid").map { EngineID($0) }
    record.resubmitted = text("resubmitted").map { MessageID($0) }
    record.output.executeInput = bytes("execute_input").map { JSONString(bytes: $0) }
    record.output.executeResult = bytes("execute_result")
    record.output.error = bytes("error")
    record.output.stdout = JSONString(bytes: bytes("stdout") ?? [])
    record.output.stderr = JSONString(bytes: bytes("stderr") ?? [])
    return record
  }

  /// A message from its columns, or nil if it has no header.
  private static func envelope(_ row: Row, _ prefix: String) throws -> Envelope? {
    func bytes(_ key: String) -> [UInt8]? {
      String.fromDatabaseValue(row[prefix + key]).map { Array($0.utf8) }
    }
    guard let header = bytes("header") else { return nil }
    let column = prefix + "buffers"
    let pickle = row.hasColumn(column) ? Data.fromDatabaseValue(row[column]) : nil
    let buffers = try pickle.map { try ByteListPickle.list(Array($0)) } ?? []
    return Envelope(
      WireMessage(
        header: header, metadata: bytes("metadata") ?? Array("{}".utf8),
        content: bytes("content") ?? Array("{}".utf8), buffers: buffers))
  }
}
