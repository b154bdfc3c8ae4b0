// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

/// A map's function as engines get it: once each, known by its digest.
struct OfferedFunction {
  /// Of function and captures, in hexadecimal.
  let digest: String
  /// Its bytes, and the long arrays among its captures.
  let buffers: SharedBuffers

  /// A function of fewer bytes travels with each offer, which saves a question.
  private static let smallByteCount = 1 << 16

  init(_ function: EncodedFunction) throws {
    let frames = [function.bytes, function.arrays.contents]
    let signer = try MessageSigner(
      key: Array("apus function".utf8), scheme: MessageSigner.defaultScheme)
    digest = String(decoding: signer.sign(frames), as: UTF8.self)
    buffers = SharedBuffers(frames)
  }

  var isSmall: Bool { buffers.byteCount <= Self.smallByteCount }
}
