// Part of Apus, Apache-2.0. See LICENSE.

/// The number of a job, and the cluster that has it where a site has several.
package struct JobID: Sendable, Hashable, CustomStringConvertible {
  package let number: String
  package var cluster: String?

  package init(_ number: String, cluster: String? = nil) {
    self.number = number
    self.cluster = cluster
  }

  package var description: String { cluster.map { "\(number) on \($0)" } ?? number }

  /// Finds the number in what a submit command has printed; nil if there is none.
  ///
  /// Sites wrap these commands and print notices, with numbers of their own, before the answer. So only the forms that
  /// schedulers print are taken: a last line that is nothing but the number (`123`, `123;cluster2`, `123.server`), or a
  /// sentence around it (`Submitted batch job 123 on cluster x`, `Your job-array 7.1-10:1 ("n") has been submitted`,
  /// `Job <123> is submitted to queue <normal>.`, `8 job(s) submitted to cluster 12.`).
  package init?(submitOutput text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: " ").map(String.init)
    }
    for words in lines.reversed() where !words.isEmpty {
      if let found = Self.sentence(words) ?? (words.count == 1 ? Self.alone(words[0]) : nil) {
        self = found
        return
      }
    }
    return nil
  }

  /// `123`, `123;cluster2`, `123[].server`.
  private static func alone(_ word: String) -> JobID? {
    let parts = word.split(separator: ";", maxSplits: 1)
    guard let first = parts.first, let number = leadingNumber(first) else { return nil }
    let rest = first.dropFirst(number.count)
    guard rest.isEmpty || rest.hasPrefix(".") || rest.hasPrefix("[") else { return nil }
    // The server is a part of the number for PBS.
    return JobID(String(first), cluster: parts.count > 1 ? String(parts[1]) : nil)
  }

  private static func sentence(_ words: [String]) -> JobID? {
    if words.count >= 4, words[...2].elementsEqual(["Submitted", "batch", "job"]),
      let number = leadingNumber(words[3][...])
    {
      let named = words.count >= 7 && words[4] == "on" && words[5] == "cluster"
      return JobID(number, cluster: named ? words[6] : nil)
    }
    if words.count >= 3, words[0] == "Your", words[1] == "job" || words[1] == "job-array" {
      return leadingNumber(words[2][...]).map { JobID($0) }
    }
    if words.count >= 4, words[0] == "Job", words[2] == "is", words[3] == "submitted" {
      return leadingNumber(words[1].dropFirst()).map { JobID($0) }
    }
    if words.count >= 6, words[1].hasPrefix("job"), words[2] == "submitted", words[4] == "cluster" {
      return leadingNumber(words[5][...]).map { JobID($0) }
    }
    return nil
  }

  private static func leadingNumber(_ word: Substring) -> String? {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    return digits.isEmpty ? nil : String(digits)
  }
}
