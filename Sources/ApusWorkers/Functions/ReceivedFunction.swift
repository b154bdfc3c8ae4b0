// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// When the call of a function began and ended, in nanoseconds of a monotonic clock.
struct CallTime {
  var start: Int
  var end: Int

  /// The time from the start to the end.
  var nanoseconds: Int { end - start }
}

/// A function that has arrived in a worker: bytes in, bytes out.
struct ReceivedFunction {
  /// Monotonic time in nanoseconds.
  typealias Clock = () -> Int

  /// Prepares this process for the function's tasks.
  let prepare: () throws -> Void
  private let body:
    (_ element: inout ByteReader, _ context: TaskContext, ByteWriter, _ begin: Int?) throws ->
      CallTime

  /// Finds the function's type and decodes its captures and streams.
  init(
    name: String, captures: [UInt8], streams: TaskStreams?, _ arrays: SharedArrays? = nil,
    clock: @escaping Clock
  ) throws {
    guard let type = TypeName(name)?.type else {
      throw WorkerError(.functionNotFound, "This program has no remote function \(name).")
    }
    self = try Self.open(type, captures, streams, arrays, clock)
  }

  /// The types of the element and the result are parameters of their own, so that they are not looked up for each task.
  private init<Function: RemoteFunction, Input, Output>(
    _ function: Function, _ streams: TaskStreams?, _: Input.Type, _: Output.Type,
    _ clock: @escaping Clock
  ) where Function.Input == Input, Function.Output == Output {
    prepare = { try function.prepareHere() }
    let streams = streams.map { TaskStreams.Source($0) }
    let decoder = DecoderState(ByteReader([]))
    let encoder = EncoderState(ByteWriter())
    let common = CommonKind(Input.self)
    body = { reader, context, writer, begin in
      let element: Input
      do {
        if let common {
          element = try reader.common(common, as: Input.self)
        } else {
          element = try decoder.decodeAll(Input.self, &reader)
        }
      } catch {
        throw CodingFailure(text: "its element of type \(Input.self) cannot be decoded: \(error)")
      }
      let start = begin ?? clock()
      let output = try function.call(element, streams, context)
      let time = CallTime(start: start, end: clock())
      do {
        if !writer.append(common: output) {
          encoder.writer = writer
          try encoder.encodeAll(output)
        }
      } catch {
        throw CodingFailure(text: "its result of type \(Output.self) cannot be encoded: \(error)")
      }
      return time
    }
  }

  private static func open<Function: RemoteFunction>(
    _ type: Function.Type, _ captures: [UInt8], _ streams: TaskStreams?, _ arrays: SharedArrays?,
    _ clock: @escaping Clock
  ) throws -> ReceivedFunction {
    ReceivedFunction(
      try BinaryDecoder.decode(type, from: captures, shared: arrays), streams, type.Input.self,
      type.Output.self, clock)
  }

  /// Runs the function on the element that a reader holds, and appends its result.
  ///
  /// - Parameter begin: what counts as the begin of the call; nil to look at the clock.
  func run(
    _ element: inout ByteReader, _ context: TaskContext, to writer: ByteWriter, begin: Int?
  ) throws -> CallTime {
    try body(&element, context, writer, begin)
  }
}

/// An element or a result that cannot be encoded or decoded.
struct CodingFailure: Error {
  var text: String
}
