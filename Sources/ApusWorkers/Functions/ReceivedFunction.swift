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
class ReceivedFunction {
  /// Monotonic time in nanoseconds.
  typealias Clock = () -> Int

  fileprivate init() {}

  /// Finds the function's type and decodes its captures and streams.
  static func make(
    name: String, captures: [UInt8], streams: TaskStreams?, _ arrays: SharedArrays? = nil,
    clock: @escaping Clock
  ) throws -> ReceivedFunction {
    let isPlain = name.hasPrefix(plainMark)
    let name = isPlain ? String(name.dropFirst(plainMark.count)) : name
    guard let type = TypeName(name)?.type else {
      throw WorkerError(.functionNotFound, "This program has no remote function \(name).")
    }
    return try open(type, captures, streams, isPlain ? nil : arrays, isPlain: isPlain, clock)
  }

  /// What the name of a function begins with whose properties and elements come from a program in another language.
  static let plainMark = "~"

  private static func open<Function: RemoteFunction>(
    _ type: Function.Type, _ captures: [UInt8], _ streams: TaskStreams?, _ arrays: SharedArrays?,
    isPlain: Bool, _ clock: @escaping Clock
  ) throws -> ReceivedFunction {
    let function =
      isPlain
      ? try WrongProperties.decode(type, captures)
      : try BinaryDecoder.decode(type, from: captures, shared: arrays)
    return DecodedFunction<Function, Function.Input, Function.Output>(
      function, streams, converts: isPlain, clock)
  }

  /// Prepares this process for the function's tasks.
  func prepare() throws { fatalError("A function of no type has arrived.") }

  /// Runs the function on the element that a reader holds, and appends its result.
  ///
  /// - Parameter begin: what counts as the begin of the call; nil to look at the clock.
  func run(
    _ element: inout ByteReader, _ context: TaskContext, to writer: ByteWriter, begin: Int?
  ) throws -> CallTime { fatalError("A function of no type has arrived.") }
}

/// A function whose type was found.
///
/// The types of the element and the result are parameters of their own, so that they are not looked up for each task.
private final class DecodedFunction<Function: RemoteFunction, Input, Output>: ReceivedFunction
where Function.Input == Input, Function.Output == Output {
  private let function: Function
  private let streams: TaskStreams.Source?
  private let hasStreams: Bool
  private let clock: Clock
  private let converts: Bool
  private let decoder = DecoderState(ByteReader([]))
  private let encoder = EncoderState(ByteWriter())
  private let common = CommonKind(Input.self)

  init(
    _ function: Function, _ streams: TaskStreams?, converts: Bool, _ clock: @escaping Clock
  ) {
    self.converts = converts
    self.function = function
    self.streams = streams.map { TaskStreams.Source($0) }
    hasStreams = streams != nil
    self.clock = clock
  }

  override func prepare() throws { try function.prepareHere() }

  override func run(
    _ reader: inout ByteReader, _ context: TaskContext, to writer: ByteWriter, begin: Int?
  ) throws -> CallTime {
    let element: Input
    reader.converts = converts
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
    // An optional of this size is copied even where there is none.
    let output =
      hasStreams
      ? try function.call(element, streams, context) : try function.call(element, nil, context)
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

/// An element or a result that cannot be encoded or decoded.
struct CodingFailure: Error {
  var text: String
}
