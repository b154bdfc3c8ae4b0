// Part of Apus, Apache-2.0. See LICENSE.

extension FortranCalls {
  typealias Address = FortranTable.Address

  /// Computes the lower Cholesky factor in place.
  func potrf(_ address: Address, _ a: Block<Element>) -> Info {
    typealias F = @convention(c) (Raw, Raw, Raw, Raw, Raw, Int) -> Void
    var lower = Letter("L")
    var (n, lda, info) = (a.rows, a.leadingDimension, 0)
    unsafeBitCast(address, to: F.self)(&lower, &n, a.base, &lda, &info, 1)
    return value(info)
  }

  /// Factorises P A = L U in place.
  func getrf(_ address: Address, _ a: Block<Element>) -> (pivots: [Int], failed: Int) {
    typealias F = @convention(c) (Raw, Raw, Raw, Raw, Raw, Raw) -> Void
    var (m, n, lda, info) = (a.rows, a.columns, a.leadingDimension, 0)
    let count = min(m, n)
    var pivots = [Int](repeating: 0, count: count)
    unsafeBitCast(address, to: F.self)(&m, &n, a.base, &lda, &pivots, &info)
    return (integers(pivots).map { $0 - 1 }, value(info))
  }

  /// The integers of an array that the library wrote with its own integer width.
  private func integers(_ raw: [Int]) -> [Int] {
    if isWide { return raw }
    return raw.withUnsafeBytes { bytes in
      raw.indices.map { Int(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
    }
  }

  /// Factorises A = Q R in place and returns the scalar factors of the reflectors.
  func geqrf(_ address: Address, _ a: Block<Element>) -> [Element] {
    typealias F = @convention(c) (Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw) -> Void
    let function = unsafeBitCast(address, to: F.self)
    var (m, n, lda, info) = (a.rows, a.columns, a.leadingDimension, 0)
    var tau = [Element](repeating: 0, count: min(m, n))
    withWork { work, size in
      function(&m, &n, a.base, &lda, &tau, work, size, &info)
    }
    return tau
  }

  /// Replaces C by Q C or Qᵀ C.
  func ormqr(
    _ address: Address, _ a: Block<Element>, _ tau: [Element], _ transposed: Bool,
    _ c: Block<Element>
  ) {
    typealias F =
      @convention(c) (
        Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int, Int
      ) -> Void
    let function = unsafeBitCast(address, to: F.self)
    var (left, trans) = (Letter("L"), Letter(transposed ? "T" : "N"))
    var (m, n, k, info) = (c.rows, c.columns, tau.count, 0)
    var (lda, ldc) = (a.leadingDimension, c.leadingDimension)
    var tau = tau
    withWork { work, size in
      function(&left, &trans, &m, &n, &k, a.base, &lda, &tau, c.base, &ldc, work, size, &info, 1, 1)
    }
  }

  /// Computes the eigenvalues of a symmetric matrix, and its eigenvectors in place.
  func syevd(_ address: Address, _ a: Block<Element>) -> (values: [Element], failed: Int) {
    typealias F =
      @convention(c) (
        Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int, Int
      ) -> Void
    let function = unsafeBitCast(address, to: F.self)
    var (vectors, lower) = (Letter("V"), Letter("L"))
    var (n, lda, info) = (a.rows, a.leadingDimension, 0)
    var values = [Element](repeating: 0, count: n)
    // LAPACK documents an integer workspace of 3 + 5 n.
    var integers = [Int](repeating: 0, count: 3 + 5 * n)
    var integerCount = integers.count
    withWork { work, size in
      function(
        &vectors, &lower, &n, a.base, &lda, &values, work, size, &integers, &integerCount, &info, 1,
        1)
    }
    return (values, value(info))
  }

  /// Computes the singular values and vectors of a block with no more columns than rows.
  func gesdd(
    _ address: Address, _ a: Block<Element>, _ u: Block<Element>, _ v: Block<Element>
  ) -> (values: [Element], failed: Int) {
    typealias F =
      @convention(c) (
        Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int
      ) -> Void
    let function = unsafeBitCast(address, to: F.self)
    var job = Letter("S")
    var (m, n, info) = (a.rows, a.columns, 0)
    var (lda, ldu, ldv) = (a.leadingDimension, u.leadingDimension, max(n, 1))
    var values = [Element](repeating: 0, count: n)
    var integers = [Int](repeating: 0, count: 8 * n)
    Block<Element>.withTemporary(rows: n, columns: n) { transposed in
      withWork { work, size in
        function(
          &job, &m, &n, a.base, &lda, &values, u.base, &ldu, transposed.base, &ldv, work, size,
          &integers, &info, 1)
      }
      v.fill(from: transposed.transposed)
    }
    return (values, value(info))
  }

  /// Computes eigenvalues and right eigenvectors, and unpacks those of complex pairs, which LAPACK returns as
  /// a real and an imaginary column.
  func geev(
    _ address: Address, _ a: Block<Element>, _ real: Block<Element>, _ imaginary: Block<Element>
  ) -> (values: [(Element, Element)], failed: Int) {
    typealias F =
      @convention(c) (
        Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw, Int, Int
      ) -> Void
    let function = unsafeBitCast(address, to: F.self)
    var (none, vectors) = (Letter("N"), Letter("V"))
    var (n, lda, ldl, ldr, info) = (a.rows, a.leadingDimension, 1, real.leadingDimension, 0)
    var parts = ([Element](repeating: 0, count: n), [Element](repeating: 0, count: n))
    var unused: Element = 0
    withWork { work, size in
      function(
        &none, &vectors, &n, a.base, &lda, &parts.0, &parts.1, &unused, &ldl, real.base, &ldr, work,
        size, &info, 1, 1)
    }
    let values = Array(zip(parts.0, parts.1))
    for k in values.indices where values[k].1 > 0 && k + 1 < n {
      for i in 0..<n {
        imaginary[i, k] = real[i, k + 1]
        imaginary[i, k + 1] = -real[i, k + 1]
        real[i, k + 1] = real[i, k]
      }
    }
    return (values, value(info))
  }

  /// Calls a routine twice: to query the size of its workspace, and with such a workspace.
  private func withWork(_ call: (_ work: Raw, _ size: Raw) -> Void) {
    var (answer, question) = (Element(0), -1)
    call(&answer, &question)
    var size = max(1, Int(answer.rounded(.up)))
    // A float cannot represent every count, so the exact size may be a little larger.
    if Element.self == Float.self { size += size >> 20 }
    let storage = MatrixStorage<Element>(count: size)
    withExtendedLifetime(storage) { call(storage.base, &size) }
  }
}
