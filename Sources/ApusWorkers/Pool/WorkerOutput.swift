// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

/// What a worker writes: its standard output and error are one file that only grows, so that nothing is lost with the worker and
/// each task's part can be told.
final class WorkerOutput {
  /// The bytes of a task's output that are shown at once, and kept, at most.
  private static let longest = 16 << 20
  /// So much is shown at once if a task writes more than that between two looks, which leaves it no time to write much more.
  private static let shownOfFlood = 1 << 20
  /// The bytes that a failure shows at most.
  private static let longestWords = 8000

  let file: Int32
  /// Where the output of the task in work begins.
  private var begun = 0
  /// Where what has not been shown begins.
  private var shown = 0

  /// - Parameter file: closed with the object.
  init(file: Int32) { self.file = file }

  deinit { System.close(file) }

  /// Hands the lines of a task that has ended to a handler, or writes them to the standard error with the task's index.
  func show(_ output: Range<Int>, of index: Int, to handler: (@Sendable (Int, String) -> Void)?) {
    // What was written between tasks is shown with the next one.
    showRest(until: min(output.upperBound, System.size(of: file)), of: index, to: handler)
    forget(until: shown)
  }

  /// Hands over the whole lines that a task has written so far and that have not been shown.
  ///
  /// - Parameter isInWork: whether the task is still in work, and with it all that its worker had written when that was asked.
  func showLines(
    of index: Int, to handler: (@Sendable (Int, String) -> Void)?, while isInWork: () -> Bool
  ) {
    let size = System.size(of: file)
    guard size > shown, isInWork() else { return }
    guard size - shown <= Self.longest else {
      // A flood is cut, and its memory given back.
      showRest(until: size, of: index, to: handler, most: Self.shownOfFlood)
      forget(until: shown - Self.longestWords)
      return
    }
    let bytes = System.read(file, from: shown, count: size - shown)
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
    showRest(until: shown + end + 1, of: index, to: handler)
    if shown - begun > Self.longest { forget(until: shown - Self.longestWords) }
  }

  /// Shows what a worker that has died had written since the last lines were shown.
  func showAll(of index: Int, to handler: (@Sendable (Int, String) -> Void)?) {
    showRest(until: System.size(of: file), of: index, to: handler)
  }

  private func showRest(
    until end: Int, of index: Int, to handler: (@Sendable (Int, String) -> Void)?,
    most: Int = longest
  ) {
    guard end > shown else { return }
    let range = shown..<end
    shown = end
    let cut = min(range.count, most)
    var bytes = System.read(file, from: range.lowerBound, count: cut)
    if cut < range.count {
      let rest = min(range.count - cut, Self.longestWords)
      bytes += Array("\n(\(range.count - cut - rest) more bytes of output are left out)\n".utf8)
      bytes += System.read(file, from: end - rest, count: rest)
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if let handler {
      for line in lines { handler(index, String(decoding: line, as: UTF8.self)) }
      return
    }
    let start = Array("task \(index): ".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + lines.count * (start.count + 1))
    for line in lines {
      text += start
      text += line
      text.append(UInt8(ascii: "\n"))
    }
    System.writeError(text)
  }

  /// Gives the memory of what was shown back.
  private func forget(until end: Int) {
    guard end > begun else { return }
    apus_discard(file, Int64(begun), Int64(end - begun))
    begun = end
  }

  /// What the worker has written since its last answer: if it is long, its beginning and its end.
  var lastWords: String {
    let size = System.size(of: file)
    guard size - begun > Self.longestWords else { return text(begun..<size) }
    return text(begun..<begun + Self.longestWords / 4) + "\n…\n"
      + text(size - Self.longestWords * 3 / 4..<size)
  }

  /// The end of that which has not been shown.
  var unshownWords: String {
    let size = System.size(of: file)
    return text(max(shown, size - Self.longestWords)..<size)
  }

  private func text(_ range: Range<Int>) -> String {
    if range.isEmpty { return "" }
    let bytes = System.read(file, from: range.lowerBound, count: range.count)
    return String(decoding: bytes, as: UTF8.self)
  }
}
