// Part of Apus, Apache-2.0. See LICENSE.

/// A function as it travels: its name, its streams and its captures, of which long arrays of numbers stand apart.
package struct EncodedFunction {
  /// What a worker reads.
  package let bytes: [UInt8]
  /// The long arrays, in memory that can be shared.
  package let arrays: SharedArrayFile

  package init(bytes: [UInt8], arrays: SharedArrayFile) {
    (self.bytes, self.arrays) = (bytes, arrays)
  }

  /// - Throws: ``WorkerError`` if this program has no such function.
  package func checkIsKnownHere() throws {
    var reader = ByteReader(bytes)
    let name = try reader.text()
    guard TypeName(name)?.type != nil else {
      throw WorkerError(.functionNotFound, "This program has no remote function \(name).")
    }
  }

  /// A function without random numbers.
  ///
  /// - Throws: ``WorkerError`` if the function's type cannot be found elsewhere.
  package init<Function: RemoteFunction>(_ function: Function) throws {
    try self.init(function, nil)
  }

  /// - Throws: ``WorkerError`` if the function's type cannot be found elsewhere, or its properties cannot be encoded.
  init<Function: RemoteFunction>(_ function: Function, _ streams: TaskStreams?) throws {
    let arrays = SharedArrayFile()
    let writer = ByteWriter()
    writer.shared = arrays
    writer.append(text: try TypeName(of: Function.self).text)
    let streams = try BinaryEncoder.encode(streams)
    writer.append(number: UInt32(streams.count))
    writer.append(bytes: streams)
    do {
      try BinaryEncoder.encode(function, to: writer)
    } catch {
      throw WorkerError(
        .functionNotFound, "\(Function.self) cannot be encoded with its properties: \(error)")
    }
    self.init(bytes: writer.bytes, arrays: arrays)
  }
}
