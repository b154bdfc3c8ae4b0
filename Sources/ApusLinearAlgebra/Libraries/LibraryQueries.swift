// Part of Apus, Apache-2.0. See LICENSE.

/// Calls the query functions that a library exports.
struct LibraryQueries {
  let library: SharedLibrary
  private let files: [String]
  private let symbols: FortranSymbols

  private typealias Text = @convention(c) () -> UnsafePointer<CChar>?
  private typealias Number = @convention(c) () -> Int32

  init(library: SharedLibrary, files: [String], symbols: FortranSymbols) {
    self.library = library
    self.files = files
    self.symbols = symbols
  }

  /// The address of a function that the library itself defines.
  func address(_ name: String) -> UnsafeMutableRawPointer? {
    library.ownAddress(name, in: files)
  }

  /// The text that a function returns.
  func text(_ name: String) -> String? {
    address(name).flatMap { unsafeBitCast($0, to: Text.self)() }.map { String(cString: $0) }
  }

  /// The number that a function returns.
  func number(_ name: String) -> Int? {
    address(name).map { Int(unsafeBitCast($0, to: Number.self)()) }
  }

  /// The name under which a function of OpenBLAS is exported: with the prefix of its routines, but a suffix of its own.
  func openBLASName(_ name: String) -> String? {
    ["", "64_"].map { symbols.prefix + name + $0 }.first { address($0) != nil }
  }
}
