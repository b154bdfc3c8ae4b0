// Part of Apus, Apache-2.0. See LICENSE.

/// The addresses of the routines of a library for one precision; nil for a missing one.
struct FortranTable: @unchecked Sendable {
  // Addresses of code, constant once found.

  typealias Address = UnsafeMutableRawPointer

  var gemm: Address
  var syrk: Address
  var gemv: Address
  var trsm: Address
  var potrf: Address?
  var getrf: Address?
  var geqrf: Address?
  var ormqr: Address?
  var syevd: Address?
  var geev: Address?
  var gesdd: Address?

  /// Looks up the routines in `libraries`, the first of which has the products; `letter` is d or s.
  init(_ letter: String, _ symbols: FortranSymbols, _ libraries: [SharedLibrary]) throws(BLASError)
  {
    func find(_ routine: String) -> Address? {
      libraries.lazy.compactMap { $0.address(symbols.name(letter + routine)) }.first
    }
    func need(_ routine: String) throws(BLASError) -> Address {
      if let address = find(routine) { return address }
      throw .symbolMissing(path: libraries[0].path, symbol: symbols.name(letter + routine))
    }
    gemm = try need("gemm")
    syrk = try need("syrk")
    gemv = try need("gemv")
    trsm = try need("trsm")
    potrf = find("potrf")
    getrf = find("getrf")
    geqrf = find("geqrf")
    ormqr = find("ormqr")
    syevd = find("syevd")
    geev = find("geev")
    gesdd = find("gesdd")
  }

  var hasFactorisations: Bool {
    [potrf, getrf, geqrf, ormqr, syevd, geev, gesdd].allSatisfy { $0 != nil }
  }

  /// The same table without factorisations, for libraries whose own must not be used.
  var productsOnly: FortranTable {
    var table = self
    (table.potrf, table.getrf, table.geqrf, table.ormqr) = (nil, nil, nil, nil)
    (table.syevd, table.geev, table.gesdd) = (nil, nil, nil)
    return table
  }
}
