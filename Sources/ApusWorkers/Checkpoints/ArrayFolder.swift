// Part of Apus, Apache-2.0. See LICENSE.
import ApusRecordLog

/// The folder of a job array: which element computes what, and the shards that the elements write.
///
/// Maps with a checkpoint have a folder each, named after it; a shard is a checkpoint of the tasks of one element.
package struct ArrayFolder: Sendable, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// The file that says which element of a submission computes what.
  package func share(submission: Int) -> String { "\(path)/submission-\(submission)" }

  /// The folder of the shards.
  package var shards: String { "\(path)/shards" }

  /// The name of a map: that of its checkpoint, and a digest of the whole path.
  package static func name(ofCheckpoint path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? "map"
    let plain = last.map {
      $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_"
    }
    let digest = String(Digest.of(Array(path.utf8)), radix: 16)
    return "\(String(plain).prefix(60))-\(digest.prefix(8))"
  }

  /// The file that holds the path of a map's checkpoint.
  package func checkpointFile(map: String) -> String { "\(shards)/\(map)/checkpoint" }

  /// The shard of an element.
  package func shard(map: String, submission: Int, chunk: Int) -> String {
    "\(shards)/\(map)/\(submission)-\(chunk).apus"
  }
}
