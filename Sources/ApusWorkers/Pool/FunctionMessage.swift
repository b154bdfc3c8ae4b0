// Part of Apus, Apache-2.0. See LICENSE.

/// The message with a map's function, which workers keep from one map to the next.
struct FunctionMessage {
  /// The number by which tasks name it.
  private(set) var number: UInt32 = 0
  private(set) var bytes: [UInt8] = []
  private var function: [UInt8] = []
  private var keepsResults = false

  /// Makes the message of a map, unless it is that of the map before.
  mutating func prepare(for job: MapJob) {
    if number > 0, job.keepsResults == keepsResults, job.function == function { return }
    (function, keepsResults) = (job.function, job.keepsResults)
    number += 1
    let message = ByteWriter()
    message.append(MessageKind.function.rawValue)
    message.append(number: number)
    message.append(keepsResults ? .no : .yes)
    message.append(bytes: function)
    bytes = message.bytes
  }
}
