// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

/// Reads what is new in the logs of a start, and finds the marked lines among the rest.
struct LogReader {
  private var offsets: [String: Int] = [:]
  private var beginnings: [String: [UInt8]] = [:]
  /// The bytes of a log that are read at a time.
  private static let chunk = 1 << 20
  /// A longer line is no marked one.
  private static let longestLine = 512

  /// What has been written since the last call, to the end, since what a log says last counts.
  mutating func news(in path: String, _ mark: EngineMark) -> [EngineMark.News] {
    var found: [EngineMark.News] = []
    while true {
      let before = offsets[path]
      found += nextNews(in: path, mark)
      if offsets[path] == before { return found }
    }
  }

  private mutating func nextNews(in path: String, _ mark: EngineMark) -> [EngineMark.News] {
    // A log that has become shorter has begun anew.
    let known = offsets[path] ?? 0
    let offset = known > LogFile.size(of: path) ? 0 : known
    let bytes = LogFile.read(path, from: offset, byteCount: Self.chunk)
    guard !bytes.isEmpty else { return [] }
    offsets[path] = offset + bytes.count
    let all = (beginnings[path] ?? []) + bytes
    let end = all.lastIndex(of: 10).map { $0 + 1 } ?? 0
    beginnings[path] = Array(all[end...].suffix(Self.longestLine))
    return all[..<end].split(separator: 10).compactMap {
      $0.count <= Self.longestLine ? mark.read(Substring(decoding: $0, as: UTF8.self)) : nil
    }
  }
}
