// Part of Apus, Apache-2.0. See LICENSE.

/// Finds the word that was probably meant.
enum NearestWord {
  /// "; did you mean forest?" if a word is near enough, else nothing.
  static func hint(_ word: String, among words: [String]) -> String {
    nearest(word, among: words).map { "; did you mean \($0)?" } ?? ""
  }

  /// The word with the fewest edits, if these are at most two and fewer than its letters.
  static func nearest(_ word: String, among words: [String]) -> String? {
    let near = words.map { (word: $0, edits: distance(Array(word), Array($0))) }
      .min { $0.edits < $1.edits }
    return near.flatMap { $0.edits <= min(2, $0.word.count - 1) ? $0.word : nil }
  }

  /// The least number of inserted, removed, changed and swapped letters (optimal string alignment).
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
