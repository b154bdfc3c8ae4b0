// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

/// Calls of Swift functions by clients of Python.
extension EngineService {
  /// Sends the reply to a call whose tasks have ended.
  func finish(_ entry: MapQueue.Entry, _ call: MapQueue.Call, _ bytes: [UInt8]) {
    queue.drop(entry.map)
    let answer = CallAnswer(entry, call, bytes)
    for line in answer.lines { connection.publish(line: line, entry.request) }
    connection.finish(entry.request, answer.reply)
  }
}
