// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// A function that has arrived in a worker: bytes in, bytes out.
struct ReceivedFunction {
  private let body:
    (_ element: inout ByteReader, _ context: TaskContext, inout ByteWriter) throws -> Void

  /// Finds the function's type and decodes its captures and streams.
  init(
    name: String, captures: [UInt8], origin: StreamOrigin?, _ arrays: SharedArrays? = nil
  ) throws {
    guard let type = TypeName(name)?.type else {
      throw WorkerError(.functionNotFound, "This program has no remote function \(name).")
    }
    self = try Self.open(type, captures, origin, arrays)
  }

  private init<Function: RemoteFunction>(_ function: Function, _ origin: StreamOrigin?) {
    let streams = origin.map { Streams<TaskStream>(at: $0).makeSource() }
    body = { reader, context, writer in
      let element: Function.Input
      do {
        element = try BinaryDecoder.decode(Function.Input.self, from: &reader)
      } catch {
        throw CodingFailure(
          text: "its element of type \(Function.Input.self) cannot be decoded: \(error)")
      }
      let output = try function.call(element, streams, context)
      do {
        try BinaryEncoder.encode(output, to: &writer)
      } catch {
        throw CodingFailure(
          text: "its result of type \(Function.Output.self) cannot be encoded: \(error)")
      }
    }
  }

  private static func open<Function: RemoteFunction>(
    _ type: Function.Type, _ captures: [UInt8], _ origin: StreamOrigin?, _ arrays: SharedArrays?
  ) throws -> ReceivedFunction {
    ReceivedFunction(try BinaryDecoder.decode(type, from: captures, shared: arrays), origin)
  }

  /// Runs the function on the element that a reader holds, and appends its result.
  func run(
    _ element: inout ByteReader, _ context: TaskContext, to writer: inout ByteWriter
  ) throws {
    try body(&element, context, &writer)
  }
}

/// An element or a result that cannot be encoded or decoded.
struct CodingFailure: Error {
  var text: String
}
