// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

/// What a worker writes: its standard output and error are one file that only grows, so that nothing is lost with the worker and
/// each task's part can be told.
final class WorkerOutput {
  /// The bytes of a task's output that are shown at most.
  private static let longest = 16 << 20

  let file: Int32
  /// Where what has not been shown begins.
  private var shown = 0

  /// - Parameter file: closed with the object.
  init(file: Int32) { self.file = file }

  deinit { System.close(file) }

  /// Hands the lines of a task to a handler, or writes them to the standard error with the task's index.
  func show(_ output: Range<Int>, of index: Int, to handler: (@Sendable (Int, String) -> Void)?) {
    if output.upperBound <= shown { return }
    // What was written between tasks is shown with the next one.
    let end = min(output.upperBound, System.size(of: file))
    guard end > shown else { return }
    let range = shown..<end
    shown = end
    let cut = min(range.count, Self.longest)
    var bytes = System.read(file, from: range.lowerBound, count: cut)
    if cut < range.count {
      bytes += Array("\n(\(range.count - cut) more bytes of output are left out)".utf8)
    }
    apus_discard(file, Int64(range.lowerBound), Int64(range.count))
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let text = String(decoding: line, as: UTF8.self)
      if let handler {
        handler(index, text)
      } else {
        System.writeError("task \(index): \(text)\n")
      }
    }
  }

  /// What the worker has written since its last answer: if it is long, its beginning and its end.
  var lastWords: String {
    let size = System.size(of: file)
    func text(_ range: Range<Int>) -> String {
      let bytes = System.read(file, from: range.lowerBound, count: range.count)
      return String(decoding: bytes, as: UTF8.self)
    }
    guard shown < size else { return "" }
    if size - shown <= 8000 { return text(shown..<size) }
    return text(shown..<shown + 2000) + "\n…\n" + text(size - 6000..<size)
  }
}
