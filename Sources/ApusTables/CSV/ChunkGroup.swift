// Part of Apus, Apache-2.0. See LICENSE.

/// Chunks that one worker read one after the other, with the levels of their texts.
struct ChunkGroup: Sendable {
  /// The numbers of the chunks.
  private(set) var chunks: [Int] = []
  /// What was met in each field.
  var reports: [FieldReport]
  /// For each field, its distinct texts; sorted when the group is complete.
  var levels: [PackedTexts]

  init(fieldCount: Int) {
    reports = Array(repeating: FieldReport(), count: fieldCount)
    levels = Array(repeating: PackedTexts(), count: fieldCount)
  }

  /// Gives the texts of a field away.
  mutating func takeLevels(_ field: Int) -> PackedTexts {
    defer { levels[field] = PackedTexts() }
    return levels[field]
  }

  mutating func append(_ chunk: Int) { chunks.append(chunk) }
}
