// Part of Apus, Apache-2.0. See LICENSE.
public import ApusLinearAlgebra
public import ApusTables
public import ApusWorkers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Only addresses are looked at.

/// Reads a matrix and a table that it has captured.
public struct CapturedTables: RemoteFunction {
  /// A matrix.
  public var matrix: Matrix<Double>
  /// A table with columns "x" of numbers, "n" of integers and "site" of texts.
  public var table: Table
  /// Makes the function.
  public init(matrix: Matrix<Double>, table: Table) { (self.matrix, self.table) = (matrix, table) }

  /// What a row holds, and how many of numbers, integers and codes lie where shared pages begin.
  public func callAsFunction(_ row: Int) throws -> Row {
    let x = try table.column("x").numbers()
    guard case .integers(let n) = try table.column("n").values,
      case .categories(let site) = try table.column("site").values
    else { return Row(x: .nan, n: 0, site: nil, entry: .nan, inPlace: -1) }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    func begins(_ address: UnsafeRawPointer?) -> Int {
      Int(bitPattern: address) % page == 0 ? 1 : 0
    }
    let inPlace =
      x.withUnsafeBytes { begins($0.baseAddress) } + n.withUnsafeBytes { begins($0.baseAddress) }
      + site.codes.withUnsafeBytes { begins($0.baseAddress) }
    return Row(x: x[row], n: n[row], site: site[row], entry: matrix[row, 0], inPlace: inPlace)
  }

  /// A row.
  public struct Row: Codable, Sendable, Equatable {
    /// The number.
    public var x: Double
    /// The integer.
    public var n: Int
    /// The text.
    public var site: String?
    /// The entry of the matrix.
    public var entry: Double
    /// How many arrays are read in place.
    public var inPlace: Int

    /// Makes a row.
    public init(x: Double, n: Int, site: String?, entry: Double, inPlace: Int) {
      (self.x, self.n, self.site) = (x, n, site)
      (self.entry, self.inPlace) = (entry, inPlace)
    }
  }
}
