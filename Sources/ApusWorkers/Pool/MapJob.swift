// Part of Apus, Apache-2.0. See LICENSE.

/// A map as the pool sees it: how elements become bytes, and what becomes of results.
///
/// Only the thread that runs the map calls these.
final class MapJob {
  /// What there is at an index.
  enum Element {
    /// The element was appended to the writer.
    case encoded
    /// The task's result is known already.
    case known
    /// There is no element at this index, nor after it.
    case ended
  }

  /// The function's name, captures and streams, without its number.
  let function: [UInt8]
  let element: (_ index: Int, _ writer: inout ByteWriter) throws -> Element
  /// Takes a result: the bytes from a position on.
  let finish:
    (_ index: Int, _ attempt: Int, _ worker: Int, _ reader: inout ByteReader) throws -> Void
  let fail: (RemoteFailure) throws -> Void
  /// Whether the map was cancelled.
  let isCancelled: () -> Bool
  /// Whether another element may be taken now.
  let hasRoom: () -> Bool

  init(
    function: [UInt8],
    element: @escaping (_ index: Int, _ writer: inout ByteWriter) throws -> Element,
    finish:
      @escaping (
        _ index: Int, _ attempt: Int, _ worker: Int, _ reader: inout ByteReader
      ) throws -> Void, fail: @escaping (RemoteFailure) throws -> Void,
    isCancelled: @escaping () -> Bool,
    hasRoom: @escaping () -> Bool = { true }
  ) {
    self.function = function
    self.element = element
    self.finish = finish
    self.fail = fail
    self.isCancelled = isCancelled
    self.hasRoom = hasRoom
  }
}
