// Part of Apus, Apache-2.0. See LICENSE.

/// The loop whose task this thread is running, asked by long tasks whether they should go on.
@usableFromInline
struct CurrentWork {
  private let loop: Loop?

  @usableFromInline
  init() { loop = Thread.currentLoop }

  /// Whether nobody wants the result of the task any more.
  @usableFromInline
  var isUnneeded: Bool { loop?.isResultUnneeded ?? false }
}
