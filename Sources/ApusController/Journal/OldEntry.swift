// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// An entry of an old segment, of which only is read what it is about.
package struct OldEntry {
  /// What it is about.
  enum Subject {
    /// A request that has come in.
    case request(MessageID)
    /// Where a request is, or what is left to it.
    case state(MessageID)
    /// How a request has ended.
    case end(MessageID)
    /// An answer that was sent.
    case answer(MessageID)
    case engine(EngineID)
    /// A start, by which later ones are counted.
    case start
    /// Nothing that is written again.
    case past
  }

  let subject: Subject
  /// Its bytes, as they were written.
  let record: ArraySlice<UInt8>

  package var byteCount: Int { record.count }

  /// - Returns: nil if the bytes are no entry.
  init?(_ record: ArraySlice<UInt8>) {
    var reader = JournalReader(record)
    guard let kind = reader.byte().flatMap({ JournalEntry.Kind(rawValue: $0) }) else { return nil }
    self.record = record
    func id() -> MessageID { MessageID(reader.text() ?? "") }
    subject =
      switch kind {
      case .accepted: .request(id())
      case .assigned, .waiting: .state(id())
      case .finished: .end(id())
      case .answered: .answer(id())
      case .joined: .engine(EngineID(reader.text() ?? ""))
      case .started: .start
      case .left, .removed: .past
      }
  }

  /// The end of a request without its reply; nil if it is none.
  var outcome: JournalEntry? {
    guard case .finished(var end)? = JournalEntry(record) else { return nil }
    end.reply = nil
    return .finished(end)
  }
}
