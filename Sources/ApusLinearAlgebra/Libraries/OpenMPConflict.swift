// Part of Apus, Apache-2.0. See LICENSE.

/// Prevents Intel's and LLVM's OpenMP from meeting in one process, which they are reported to crash or hang.
enum OpenMPConflict {
  /// The loaded library, if any, that conflicts with opening some files.
  static func find(opening paths: [String], loaded: [String]) -> String? {
    let names = paths.map(name)
    // oneMKL loads Intel's at its first call, unless GNU's is loaded.
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
