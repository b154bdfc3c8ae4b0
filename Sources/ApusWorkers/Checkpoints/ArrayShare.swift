// Part of Apus, Apache-2.0. See LICENSE.

/// Which tasks of a map each element of a job array computes; written to a file before the job is submitted.
///
/// The first time the number of tasks is not known, and element i of n computes the tasks i, i + n, i + 2n and so on; that
/// also spreads long and short tasks. Afterwards the tasks that are still missing are listed, for one map by its name.
package struct ArrayShare: Sendable, Hashable {
  /// The number of elements.
  package let chunks: Int
  /// The map whose tasks are listed, and those of each element; nil if the number of tasks was not known.
  package let listed: Listed?

  package struct Listed: Sendable, Hashable {
    package let map: String
    package let indices: [IndexRanges]
  }

  /// Shares tasks whose number is not known.
  package init(chunks: Int) { (self.chunks, listed) = (chunks, nil) }

  /// Shares the tasks that are missing among at most so many elements.
  package init(missing: IndexRanges, of map: String, chunks: Int) {
    let count = max(1, min(chunks, missing.count))
    var parts = Array(repeating: [Int](), count: count)
    for (place, index) in missing.indices.enumerated() { parts[place % count].append(index) }
    self.chunks = count
    listed = Listed(map: map, indices: parts.map { IndexRanges(ascending: $0) })
  }

  /// Whether an element computes a task.
  package func contains(_ index: Int, chunk: Int, map: String) -> Bool {
    guard let listed, listed.map == map else { return index % chunks == chunk }
    return chunk < listed.indices.count && listed.indices[chunk].contains(index)
  }

  private static let heading = "apus array 1"

  package var text: String {
    var lines = [Self.heading, "chunks \(chunks)"]
    if let listed {
      lines.append("map \(listed.map)")
      lines += listed.indices.map(\.text)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads what ``text`` writes; nil if it is something else, or cut.
  package init?(_ text: String) {
    guard text.hasSuffix("\n") else { return nil }
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, lines[0] == Self.heading, lines[1].hasPrefix("chunks "),
      let chunks = Int(lines[1].dropFirst(7)), chunks > 0
    else { return nil }
    self.chunks = chunks
    guard lines.count > 2 else {
      listed = nil
      return
    }
    let indices = lines[3...].compactMap { IndexRanges($0) }
    guard lines[2].hasPrefix("map "), indices.count == chunks, lines.count == chunks + 3 else {
      return nil
    }
    listed = Listed(map: String(lines[2].dropFirst(4)), indices: indices)
  }
}
