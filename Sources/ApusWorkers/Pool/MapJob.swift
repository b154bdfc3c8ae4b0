// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// A map as the pool sees it: how elements become bytes, and what becomes of results.
///
/// Only the thread that runs the map calls these.
package final class MapJob {
  /// What there is at an index.
  package enum Element {
    /// The element was appended to the writer.
    case encoded
    /// The task's result is known already.
    case known
    /// There is no element at this index, nor after it.
    case ended
  }

  /// The function's name, captures and streams, without its number.
  let function: [UInt8]
  /// Whether the bytes of results are kept, so that all of them must be in their answers.
  let keepsResults: Bool
  let element: TakeElement
  let finish: TakeResult
  /// Takes a result of one word; nil if all go to `finish`.
  let finishWord: TakeWord?
  let fail: (RemoteFailure) throws -> Void
  /// Whether the map was cancelled.
  package let isCancelled: () -> Bool
  /// Whether another element may be taken now.
  package let hasRoom: () -> Bool

  /// Called again and again while the map runs; may add tasks to the ledger, at best as many as workers have room for.
  package let turn: ((_ ledger: inout TaskLedger, _ room: Int) -> Void)?
  /// A descriptor that has input when there is something to do in `turn`; nil for none.
  let watch: Int32?
  /// Where the pool notes how long the task took whose result it hands over; nil for nowhere.
  let lastTask: LastTask?

  typealias TakeElement = (_ index: Int, _ writer: ByteWriter) throws -> Element
  /// Takes a result: the bytes from a position on.
  typealias TakeResult =
    (_ index: Int, _ attempt: Int, _ worker: Int, _ reader: inout ByteReader) throws -> Void

  /// Takes a result of one word; false if it is of another kind.
  typealias TakeWord = (_ answer: WordAnswer) -> Bool

  init(
    function: [UInt8], keepsResults: Bool, element: @escaping TakeElement,
    finish: @escaping TakeResult, finishWord: TakeWord? = nil,
    fail: @escaping (RemoteFailure) throws -> Void, isCancelled: @escaping () -> Bool,
    hasRoom: @escaping () -> Bool = { true },
    turn: ((_ ledger: inout TaskLedger, _ room: Int) -> Void)? = nil, watch: Int32? = nil,
    lastTask: LastTask? = nil
  ) {
    self.function = function
    self.keepsResults = keepsResults
    self.element = element
    self.finish = finish
    self.finishWord = finishWord
    self.fail = fail
    self.isCancelled = isCancelled
    self.hasRoom = hasRoom
    self.turn = turn
    self.watch = watch
    self.lastTask = lastTask
  }

  // MARK: Maps without a checkpoint; not generic, because small tasks would feel it

  /// Elements that are all to be encoded.
  static func element(
    _ encode: @escaping (_ index: Int, _ writer: ByteWriter) throws -> Void
  ) -> TakeElement {
    { index, writer in
      try encode(index, writer)
      return .encoded
    }
  }

  /// Results that are only to be decoded.
  static func finish(
    _ decode: @escaping (_ index: Int, _ reader: inout ByteReader) throws -> Void,
    _ progress: MapProgress?
  ) -> TakeResult {
    guard let progress else { return { index, _, _, reader in try decode(index, &reader) } }
    return { index, _, worker, reader in
      try decode(index, &reader)
      progress.record(done: 1, failed: 0, worker: worker)
    }
  }
}

/// How long the last task took, in nanoseconds.
final class LastTask {
  var nanoseconds = 0
}
