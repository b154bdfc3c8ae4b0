// Part of Apus, Apache-2.0. See LICENSE.

/// One way to open a backend: files in the order in which they are opened.
///
/// Of those in which symbols are looked up, the first has the products.
struct LibraryFiles: Sendable, Hashable {
  struct File: Sendable, Hashable {
    var path: String
    var scope = SharedLibrary.Scope.own
    /// Whether symbols are looked up in this file; if not, it is only a dependency of the others.
    var providesSymbols = true
  }

  var files: [File]

  init(_ paths: [String]) { files = paths.map { File(path: $0) } }
  init(files: [File]) { self.files = files }

  var paths: [String] { files.map(\.path) }
}
