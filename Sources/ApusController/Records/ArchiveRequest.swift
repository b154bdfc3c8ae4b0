// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Something that an archive must do; it answers later, under the same token.
package enum ArchiveRequest {
  case store(TaskRecord)
  case find(RecordQuery, token: Int)
  case history(token: Int)
  case remove([RecordQuery], token: Int)
}

/// What an archive answers.
package enum ArchiveReply {
  case found([TaskRecord])
  case history([MessageID])
  case removed
}
