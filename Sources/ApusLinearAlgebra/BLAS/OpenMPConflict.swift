// Part of Apus, Apache-2.0. See LICENSE.

/// Intel's and LLVM's OpenMP in one process are reported to end or stop it, so the second is not opened.
enum OpenMPConflict {
  /// The library of this process that stands against opening some files.
  static func find(opening paths: [String], loaded: [String]) -> String? {
    let names = paths.map(name)
    // oneMKL opens Intel's by itself at the first call, unless GNU's is there.
    let opensIntel = names.contains { $0.hasPrefix("libmkl_rt") || $0.hasPrefix("libiomp5") }
    let opensLLVM = names.contains(where: isLLVM)
    return loaded.first { path in
      (opensLLVM && name(path).hasPrefix("libiomp5")) || (opensIntel && isLLVM(name(path)))
    }
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func isLLVM(_ name: String) -> Bool {
    name.hasPrefix("libomp.") || name.hasPrefix("libomp-")
  }
}
