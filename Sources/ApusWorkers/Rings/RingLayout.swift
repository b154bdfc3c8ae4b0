// Part of Apus, Apache-2.0. See LICENSE.

/// Where things lie in the memory that a pool shares with its workers.
///
/// A header holds the pool's sleep word; each worker has a control part and two rings of bytes, down to it and up from it. Each
/// shared word is alone in 128 bytes, because processors fetch cache lines in pairs.
package enum RingLayout {
  static let line = 128
  /// The bytes of a ring's data, a power of two.
  static let capacity = 1 << 18
  /// The longest part of a message in one record: a quarter of the ring, so that a few fit.
  static let longestPart = capacity / 4 - 64
  /// Words of a ring: tail (written by the writer), head (by the reader), asleep (the reader sleeps), wantsRoom (the writer).
  static let tail = 0
  static let head = line
  static let asleep = 2 * line
  static let wantsRoom = 3 * line
  static let data = 4 * line
  static let ringByteCount = data + capacity

  /// Words of a worker's control part: the index of the task in work and 1, when it began, and the index of the task that
  /// should end and 1, or all ones if every task should; and how many answers with arrays in shared memory the pool has read.
  static let currentTask = 0
  static let began = line
  static let cancelled = 2 * line
  static let consumed = 3 * line
  static let controlByteCount = 4 * line

  static let headerByteCount = line
  static let workerByteCount = controlByteCount + 2 * ringByteCount

  package static func byteCount(workers: Int) -> Int { headerByteCount + workers * workerByteCount }
  static func control(of worker: Int) -> Int { headerByteCount + worker * workerByteCount }
  package static func down(to worker: Int) -> Int { control(of: worker) + controlByteCount }
  package static func up(from worker: Int) -> Int { down(to: worker) + ringByteCount }
}
