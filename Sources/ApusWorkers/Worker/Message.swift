// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// What pool and workers say to each other.
enum MessageKind: UInt8 {
  /// To a worker: a function with its captures; some tasks; the end.
  case function = 1
  case tasks, stop
  /// From a worker: it is ready; the answer to a task.
  case hello, answer
}

/// A task's answer: its head, what it holds, and, if it wrote anything, where that is.
struct Answer {
  /// What the answer holds.
  enum Kind: UInt8 {
    case result = 0
    /// An error's type and text.
    case thrown
    /// A text that says what could not be encoded or decoded.
    case coding
  }

  /// Added to the kind if where the output is follows at the end.
  private static let withOutput: UInt8 = 128
  /// Added to the kind if some of what the answer holds is in shared memory.
  private static let withArrays: UInt8 = 64
  private static let kindPosition = 1
  private static let timePosition = 10
  private static let rangeSize = 16
  /// Where what the answer holds begins in its message.
  private static let bodyPosition = 14

  let kind: Kind
  let index: Int
  /// How long the task took, at most four seconds.
  let nanoseconds: Int
  /// Where the task's output begins and ends in the worker's output file; nil if it wrote nothing.
  let output: Range<Int>?
  /// Whether some of what the answer holds is in shared memory.
  let hasArrays: Bool
  /// Begins the message of an answer; what it holds is to be appended next.
  static func begin(_ message: ByteWriter, index: Int) {
    message.append(MessageKind.answer.rawValue)
    message.append(Kind.result.rawValue)
    message.append(number: Int64(index))
    message.append(number: UInt32(0))
  }

  /// Takes back what an answer holds so far.
  static func clear(_ message: ByteWriter) { message.truncate(to: bodyPosition) }

  /// The tag and the eight bytes that an answer holds, if these are all.
  @inline(__always)
  static func word(_ message: ByteWriter) -> (tag: UInt8, bits: UInt64)? {
    message.count == bodyPosition + 9 ? message.tagAndWord(at: bodyPosition) : nil
  }

  /// The message of an answer of one word.
  static func message(_ answer: WordAnswer) -> ByteWriter {
    let message = ByteWriter()
    begin(message, index: answer.index)
    message.append(answer.tag)
    message.append(number: answer.bits)
    end(message, .result, nanoseconds: Int(answer.nanoseconds), output: nil)
    return message
  }

  /// Completes an answer when all that it holds was appended.
  static func end(
    _ message: ByteWriter, _ kind: Kind, nanoseconds: Int, output: Range<Int>?,
    hasArrays: Bool = false
  ) {
    message.replace(
      at: kindPosition,
      with: kind.rawValue + (output == nil ? 0 : withOutput) + (hasArrays ? withArrays : 0))
    message.replace(at: timePosition, with: UInt32(clamping: nanoseconds))
    guard let output else { return }
    message.append(number: Int64(output.lowerBound))
    message.append(number: Int64(output.upperBound))
  }

  /// Reads an answer behind the kind of its message; the reader is then at what it holds, which is all that is left.
  init(_ reader: inout ByteReader) throws {
    let byte = try reader.byte()
    hasArrays = byte & Self.withArrays != 0
    guard let kind = Kind(rawValue: byte & ~(Self.withOutput | Self.withArrays)) else {
      throw ByteReader.Malformed(description: "an answer is of an unknown kind")
    }
    self.kind = kind
    index = Int(try reader.number(Int64.self))
    nanoseconds = Int(try reader.number(UInt32.self))
    guard byte & Self.withOutput != 0 else {
      output = nil
      return
    }
    var range = try reader.cut(Self.rangeSize)
    let start = Int(try range.number(Int64.self)), end = Int(try range.number(Int64.self))
    guard start >= 0, end >= start, end < 1 << 60 else {
      throw ByteReader.Malformed(description: "the range of an output makes no sense")
    }
    output = start..<end
  }
}

/// The head of a task; its element follows.
struct TaskHead {
  private static let sizePosition = 12
  private static let byteCount = 20

  let index: Int
  let attempt: Int
  /// The number of bytes of the element.
  let elementSize: Int

  /// Appends the head of a task, whose element is to be appended next.
  ///
  /// - Returns: what is to be handed to ``end(_:_:)``.
  static func begin(_ message: ByteWriter, index: Int, attempt: Int) -> Int {
    let start = message.count
    message.append(number: Int64(index))
    message.append(number: UInt32(attempt))
    message.append(number: Int64(0))
    return start
  }

  /// Completes a head when its element was appended.
  static func end(_ message: ByteWriter, _ start: Int) {
    message.replace(at: start + sizePosition, with: Int64(message.count - start - byteCount))
  }

  init(_ reader: inout ByteReader) throws {
    index = Int(try reader.number(Int64.self))
    attempt = Int(try reader.number(UInt32.self))
    elementSize = Int(try reader.number(Int64.self))
  }
}
