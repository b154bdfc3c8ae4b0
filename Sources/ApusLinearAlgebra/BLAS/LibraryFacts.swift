// Part of Apus, Apache-2.0. See LICENSE.

/// What a library says of itself when it is asked by the calls that each kind has.
struct LibraryFacts {
  private(set) var kind = LibraryKind.other
  private(set) var version = "unknown"
  private(set) var core = "unknown"
  private(set) var layer = "unknown"
  private(set) var control = ThreadControl.fixed
  /// Whether only one call may be inside at a time.
  private(set) var isExclusive = false

  private typealias Text = @convention(c) () -> UnsafePointer<CChar>?
  private typealias Number = @convention(c) () -> Int32
  private let library: SharedLibrary
  private let files: [String]

  init(library: SharedLibrary, files: [String], symbols: FortranSymbols) {
    self.library = library
    self.files = files
    askOpenBLAS(symbols)
    if kind == .other { askMKL() }
    if kind == .other { askBLIS() }
    if kind == .other { askOthers() }
  }

  private func address(_ name: String) -> UnsafeMutableRawPointer? {
    library.ownAddress(name, in: files)
  }

  private func text(_ name: String) -> String? {
    address(name).flatMap { unsafeBitCast($0, to: Text.self)() }.map { String(cString: $0) }
  }

  private func number(_ name: String) -> Int? {
    address(name).map { Int(unsafeBitCast($0, to: Number.self)()) }
  }

  /// OpenBLAS's own calls have the prefix of its routines, and an ending of their own.
  private mutating func askOpenBLAS(_ symbols: FortranSymbols) {
    let endings = ["", "64_"]
    func spelled(_ name: String) -> String? {
      endings.map { symbols.prefix + name + $0 }.first { address($0) != nil }
    }
    guard let config = spelled("openblas_get_config").flatMap(text) else { return }
    kind = .openBLAS
    version = config.split(separator: " ").dropFirst().first.map(String.init) ?? config
    core = spelled("openblas_get_corename").flatMap(text) ?? core
    let parallel = spelled("openblas_get_parallel").flatMap(number) ?? 1
    layer =
      ["none", "pthread", "OpenMP"].indices.contains(parallel)
      ? ["none", "pthread", "OpenMP"][parallel] : layer
    // Built without threads it has no locks either: two callers at once spoil each other's results.
    isExclusive = parallel == 0
    guard parallel > 0, let set = spelled("openblas_set_num_threads").flatMap(address) else {
      return
    }
    control = ThreadControl(
      scope: .process, setters: [set],
      getter: spelled("openblas_get_num_threads").flatMap(address))
    if parallel == 2 { control.openMP = OpenMPCalls(library) }
  }

  private mutating func askMKL() {
    typealias Version = @convention(c) (UnsafeMutablePointer<CChar>, Int32) -> Void
    typealias Layer = @convention(c) (Int32) -> Int32
    guard let ask = address("MKL_Get_Version_String") else { return }
    kind = .mkl
    var bytes = [CChar](repeating: 0, count: 200)
    unsafeBitCast(ask, to: Version.self)(&bytes, 199)
    let words = String(
      decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let after = words.split(separator: " ").drop { $0 != "Version" }.dropFirst().first
    version = after.map { $0.split(separator: "-").first.map(String.init) ?? String($0) } ?? words
    core = words.split(separator: " for ").last.map(String.init) ?? core
    if let ask = address("MKL_Set_Threading_Layer") {
      let names = ["Intel OpenMP", "none", "PGI", "GNU OpenMP", "TBB"]
      let index = Int(unsafeBitCast(ask, to: Layer.self)(-1))
      layer = names.indices.contains(index) ? names[index] : layer
    }
    control = ThreadControl(
      scope: .callingThread, setters: [address("MKL_Set_Num_Threads_Local")].compactMap { $0 },
      getter: address("MKL_Get_Max_Threads"))
    control.returnsPrevious = true
  }

  private mutating func askBLIS() {
    typealias Arch = @convention(c) () -> Int32
    typealias ArchName = @convention(c) (Int32) -> UnsafePointer<CChar>?
    guard let said = text("bli_info_get_version_str") else { return }
    // "0.9.0", but "AOCL-BLAS 5.3.0 Build 20260507".
    version =
      said.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init) ?? said
    let isAOCL = said.contains("AOCL") || address("bli_thread_set_num_threads_local") != nil
    kind = isAOCL ? .aocl : .blis
    if let ask = address("bli_arch_query_id"), let name = address("bli_arch_string") {
      let id = unsafeBitCast(ask, to: Arch.self)()
      core = unsafeBitCast(name, to: ArchName.self)(id).map { String(cString: $0) } ?? core
    }
    layer =
      number("bli_info_get_enable_openmp").map { $0 != 0 } ?? false
      ? "OpenMP"
      : number("bli_info_get_enable_pthreads").map { $0 != 0 } ?? false ? "pthread" : "none"
    let setter =
      address("bli_thread_set_num_threads_local") ?? address("bli_thread_set_num_threads")
    control = ThreadControl(
      scope: isAOCL ? .callingThread : .process, setters: [setter].compactMap { $0 },
      getter: address("bli_thread_get_num_threads"))
  }

  private mutating func askOthers() {
    if let set = address("flexiblas_set_num_threads") {
      kind = .flexiBLAS
      control = ThreadControl(
        scope: .process, setters: [set], getter: address("flexiblas_get_num_threads"))
    } else if library.path.contains("Accelerate.framework") {
      kind = .accelerate
      layer = "Grand Central Dispatch"
    } else {
      layer = "none"
    }
  }
}
