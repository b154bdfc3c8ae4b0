// Part of Apus, Apache-2.0. See LICENSE.

/// The loop whose task this thread is running, asked by long tasks whether they should go on.
@usableFromInline
struct CurrentWork {
  private let loop: Loop?
  private let index: Int

  /// - Parameter index: that of the task in its loop.
  @usableFromInline
  init(_ index: Int) {
    loop = Thread.currentLoop
    self.index = index
  }

  /// Whether nobody wants the result of the task any more: the loop was cancelled, or an earlier task has failed.
  @usableFromInline
  var isUnneeded: Bool {
    guard let loop else { return false }
    return !loop.shouldRun(index) || loop.isResultUnneeded
  }
}
