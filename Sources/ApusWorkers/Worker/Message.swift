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

/// The head of a task's answer; what it holds follows, to the end of the message.
struct Answer {
  /// What the answer holds.
  enum Kind: UInt8 {
    case result = 0
    /// An error's type and text.
    case thrown
    /// A text that says what could not be encoded or decoded.
    case coding
  }

  var kind: Kind
  var index: Int
  var nanoseconds: Int
  /// Where the task's output begins and ends in the worker's output file; equal if it wrote nothing.
  var output: Range<Int>

  /// Appends an answer with what it holds.
  func write(to writer: inout ByteWriter, _ body: ByteWriter) {
    writer.append(kind.rawValue)
    writer.append(number: Int64(index))
    writer.append(number: Int64(nanoseconds))
    writer.append(number: Int64(output.lowerBound))
    writer.append(number: Int64(output.upperBound))
    writer.append(bytes: body.bytes)
  }

  init(kind: Kind, index: Int, nanoseconds: Int, output: Range<Int>) {
    self.kind = kind
    self.index = index
    self.nanoseconds = nanoseconds
    self.output = output
  }

  /// Reads the head.
  init(_ reader: inout ByteReader) throws {
    guard let kind = Kind(rawValue: try reader.byte()) else {
      throw ByteReader.Malformed(description: "an answer is of an unknown kind")
    }
    self.kind = kind
    index = Int(try reader.number(Int64.self))
    nanoseconds = Int(try reader.number(Int64.self))
    let start = Int(try reader.number(Int64.self)), end = Int(try reader.number(Int64.self))
    guard index >= 0, nanoseconds >= 0, start >= 0, end >= start, end < 1 << 60 else {
      throw ByteReader.Malformed(description: "the head of an answer makes no sense")
    }
    output = start..<end
  }
}

/// The head of a task; its element follows.
struct TaskHead {
  var index: Int
  var attempt: Int

  func write(to writer: inout ByteWriter, _ element: ByteWriter) {
    writer.append(number: Int64(index))
    writer.append(number: UInt32(attempt))
    writer.append(number: Int64(element.bytes.count))
    writer.append(bytes: element.bytes)
  }

  init(index: Int, attempt: Int) {
    self.index = index
    self.attempt = attempt
  }

  /// Reads the head; the next number is the count of bytes that follow.
  init(_ reader: inout ByteReader) throws {
    index = Int(try reader.number(Int64.self))
    attempt = Int(try reader.number(UInt32.self))
  }
}
