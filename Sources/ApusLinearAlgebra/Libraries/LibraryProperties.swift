// Part of Apus, Apache-2.0. See LICENSE.

/// The properties of an opened library.
struct LibraryProperties {
  var version = "unknown"
  /// The processor type that its kernels are written for.
  var core = "unknown"
  /// The threading layer: pthread, OpenMP, none, ...
  var layer = "unknown"
  var control = ThreadControl.fixed
  /// Whether only one call may run at a time.
  var isExclusive = false
}
