// Part of Apus, Apache-2.0. See LICENSE.
import ApusRecordLog

/// The share of a program's maps that this process computes, because it is an element of a job array.
///
/// `apus array submit` runs the same program once for each element, with these variables. The first map whose checkpoint lacks
/// tasks computes its share of them into a shard; then the process ends, because the other results are elsewhere.
struct ArrayChunk: Sendable, Hashable {
  /// The variables: the folder, the number of the submission, and that of the element, from 0 on.
  static let folderVariable = "APUS_ARRAY"
  static let submissionVariable = "APUS_SUBMISSION"
  static let chunkVariable = "APUS_CHUNK"
  /// The number of elements, where no file says what each computes.
  static let chunksVariable = "APUS_CHUNKS"

  /// All of them; what this process starts does not get them.
  static let variables = [folderVariable, submissionVariable, chunkVariable, chunksVariable]

  let folder: ArrayFolder
  let submission: Int
  let number: Int
  let share: ArrayShare

  /// Whether this process is an element of a job array.
  static var isHere: Bool {
    System.environment(folderVariable) != nil
      && System.environment(WorkerProcesses.variable) == nil
  }

  /// - Returns: nil if this process is none, or is a worker of one.
  /// - Throws: ``WorkerError`` if the variables or the file that they name are no good.
  static func current() throws -> ArrayChunk? {
    guard isHere, let path = System.environment(folderVariable) else { return nil }
    let words = [submissionVariable, chunkVariable].map { System.environment($0) ?? "" }
    guard let submission = Int(words[0]), let number = Int(words[1]), number >= 0 else {
      throw WorkerError(
        .checkpoint,
        "\(folderVariable) is set, but \(submissionVariable) is '\(words[0])' and \(chunkVariable) is '\(words[1])': start the program with apus array submit, or unset \(folderVariable)."
      )
    }
    let folder = ArrayFolder(path)
    let file = folder.share(submission: submission)
    let bytes = try System.contents(of: file)
    let plain = System.environment(chunksVariable).flatMap { Int($0) }.map {
      ArrayShare(chunks: $0)
    }
    let share = bytes.map { ArrayShare(String(decoding: $0, as: UTF8.self)) } ?? plain
    guard let share, number < share.chunks else {
      throw WorkerError(
        .checkpoint,
        "\(file) is not there, is cut, or has no element \(number): submit the array again.")
    }
    return ArrayChunk(folder: folder, submission: submission, number: number, share: share)
  }

  /// The name of a map.
  func map(_ checkpoint: Checkpoint) -> String {
    ArrayFolder.name(ofCheckpoint: System.absolute(checkpoint.path))
  }

  /// Makes the folder of a map's shards, and returns the path of this element's.
  ///
  /// - Throws: ``WorkerError`` if it cannot be made.
  func prepareShard(_ checkpoint: Checkpoint) throws -> String {
    let map = map(checkpoint)
    do {
      for path in [folder.path, folder.shards, "\(folder.shards)/\(map)"] {
        try RecordFolder.make(path)
      }
    } catch {
      throw WorkerError(.checkpoint, "\(error).")
    }
    let shard = folder.shard(map: map, submission: submission, chunk: number)
    try System.put(
      Array(System.absolute(checkpoint.path).utf8), in: folder.checkpointFile(map: map),
      draft: shard + ".new")
    return shard
  }
}
