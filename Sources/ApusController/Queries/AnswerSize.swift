// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

extension JSONListText {
  /// The most bytes of an answer to a query.
  static let longestAnswer = 512 << 20

  /// - Parameter advice: what to do instead.
  /// - Throws: a `ValueError` if this is too long for an answer.
  func checkAnswerSize(_ advice: String) throws(RemoteError) {
    guard byteCount <= Self.longestAnswer else {
      throw RemoteError(
        "ValueError", "the answer has more than \(Self.longestAnswer >> 20) MB; \(advice)")
    }
  }
}
