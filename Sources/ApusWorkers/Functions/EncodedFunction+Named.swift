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
  /// - Throws: ``WorkerError`` `.functionNotFound` if this program has no such function; ``WrongProperties``.
  package init(named name: String, properties: [PlainEntry], seed: UInt128?) throws {
    guard let (typeName, type) = Self.find(name) else {
      let all = RegisteredFunctionsStorage.names
      let known =
        all.isEmpty ? "none is registered" : "those registered are \(all.joined(separator: ", "))"
      throw WorkerError(
        .functionNotFound, "This program has no remote function named \(name): \(known).")
    }
    let captures = ByteWriter()
    PlainValue.map(properties).append(to: captures)
    try Self.check(type, captures.bytes, properties, name)
    let origin = seed.map { seed -> StreamOrigin in
      var seed = Seed(seed)
      let streams: Streams<TaskStream> = seed.streams()
      return streams.origin
    }
    let streams = try BinaryEncoder.encode(origin.map { TaskStreams($0) })
    let writer = ByteWriter()
    writer.append(text: typeName.text)
    writer.append(number: UInt32(streams.count))
    writer.append(bytes: streams)
    writer.append(bytes: captures.bytes)
    self.init(bytes: writer.bytes, arrays: SharedArrayFile())
  }

  private static func find(_ name: String) -> (TypeName, any RemoteFunction.Type)? {
    for name in TypeName.candidates(name) {
      if let type = name.type { return (name, type) }
    }
    return nil
  }

  /// Decodes the properties here too, so that a mistake is answered before a worker is started for it.
  private static func check<Function: RemoteFunction>(
    _ type: Function.Type, _ captures: [UInt8], _ properties: [PlainEntry], _ name: String
  ) throws {
    do {
      let function = try BinaryDecoder.decode(type, from: captures)
      let wanted = Set(Mirror(reflecting: function).children.compactMap(\.label))
      if let unknown = properties.first(where: { !wanted.isEmpty && !wanted.contains($0.key) }) {
        throw WrongProperties(description: "it has no property \(unknown.key)")
      }
    } catch DecodingError.keyNotFound(let key, _) {
      throw WrongProperties(description: "\(name) lacks its property \(key.stringValue)")
    } catch {
      throw WrongProperties(description: "the properties of \(name) are wrong: \(error)")
    }
  }
}

/// Properties that are not those of a function.
package struct WrongProperties: Error, CustomStringConvertible {
  package var description: String
}
