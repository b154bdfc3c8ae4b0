// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Functions that programs in other languages call by name.
extension EncodedFunction {
  /// A function of this program with its properties.
  ///
  /// - Parameters:
  ///   - name: that under which it was registered, or `Module.Type`.
  ///   - properties: its stored properties by their names.
  ///   - seed: gives each task its random numbers, as `Seed(seed)` and its first streams do; nil for none.
  /// - Throws: ``WorkerError`` `.functionNotFound` if this program has no such function.
  ///
  /// Whether the properties are those of the function is found out by a worker, which answers each task with ``WrongProperties``.
  package init(named name: String, properties: [PlainEntry], seed: UInt128?) throws {
    guard let typeName = TypeName.candidates(name).first(where: { $0.type != nil }) else {
      let all = RegisteredFunctionsStorage.names
      let known =
        all.isEmpty ? "none is registered" : "those registered are \(all.joined(separator: ", "))"
      throw WorkerError(
        .functionNotFound, "This program has no remote function named \(name): \(known).")
    }
    let captures = ByteWriter()
    PlainValue.map(properties).append(to: captures)
    let origin = seed.map { seed -> StreamOrigin in
      var seed = Seed(seed)
      let streams: Streams<TaskStream> = seed.streams()
      return streams.origin
    }
    let streams = try BinaryEncoder.encode(origin.map { TaskStreams($0) })
    let writer = ByteWriter()
    writer.append(text: ReceivedFunction.plainMark + typeName.text)
    writer.append(number: UInt32(streams.count))
    writer.append(bytes: streams)
    writer.append(bytes: captures.bytes)
    self.init(bytes: writer.bytes, arrays: SharedArrayFile())
  }
}
