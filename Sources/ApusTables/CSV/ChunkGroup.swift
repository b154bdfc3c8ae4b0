// Part of Apus, Apache-2.0. See LICENSE.

/// Chunks that one worker read one after the other, with their texts.
struct ChunkGroup: Sendable {
  /// The numbers of the chunks.
  private(set) var chunks: [Int] = []
  /// The number of their rows.
  private(set) var rowCount = 0
  /// What was met in each field.
  var reports: [FieldReport]
  /// For each field, its distinct texts, when the group is complete.
  var texts: [TextGroups.Group]

  init(fieldCount: Int) {
    reports = Array(repeating: FieldReport(), count: fieldCount)
    texts = Array(repeating: TextGroups.Group(), count: fieldCount)
  }

  /// Gives the texts of a field away.
  mutating func takeTexts(_ field: Int) -> TextGroups.Group {
    defer { texts[field] = TextGroups.Group() }
    return texts[field]
  }

  mutating func append(_ chunk: Int, rows: Range<Int>) {
    chunks.append(chunk)
    rowCount += rows.count
  }
}
