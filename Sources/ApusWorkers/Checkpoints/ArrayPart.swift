// Part of Apus, Apache-2.0. See LICENSE.

/// The tasks of one map that an element of a job array computes, and where their results go.
struct ArrayPart: Sendable {
  private let chunk: ArrayChunk
  private let map: String
  let shard: String

  init(_ chunk: ArrayChunk, _ checkpoint: Checkpoint, shard: String) {
    (self.chunk, self.shard) = (chunk, shard)
    map = chunk.map(checkpoint)
  }

  func contains(_ index: Int) -> Bool {
    chunk.share.contains(index, chunk: chunk.number, map: map)
  }

  /// Ends this process, because the results of the other tasks are elsewhere.
  ///
  /// - Parameters:
  ///   - done: how many of its tasks have a result.
  ///   - failed: how many have failed for good.
  func end(done: Int, failed: Int) -> Never {
    let failures = failed > 0 ? ", \(failed) failed" : ""
    System.writeError(
      "apus: chunk \(chunk.number) of \(chunk.share.chunks): \(done) tasks done\(failures), in \(shard)\n"
    )
    System.flush()
    System.exit(failed > 0 ? 1 : 0)
  }
}
