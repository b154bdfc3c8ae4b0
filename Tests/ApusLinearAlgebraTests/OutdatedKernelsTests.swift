// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusLinearAlgebra

/// Tests when products are left to the native kernels.
@Suite struct OutdatedKernelsTests {
  @Test func librariesWithoutAVX512KernelsLeaveProductsWhereTheProcessorHasIt() {
    #expect(OutdatedKernels.areUsed(by: .openBLAS, core: "Haswell", level: 2))
    #expect(OutdatedKernels.areUsed(by: .openBLAS, core: "Zen", level: 2))
    #expect(OutdatedKernels.areUsed(by: .blis, core: "zen3", level: 2))
  }

  @Test func othersKeepTheirProducts() {
    #expect(!OutdatedKernels.areUsed(by: .openBLAS, core: "SkylakeX", level: 2))
    #expect(
      !OutdatedKernels.areUsed(by: .openBLAS, core: "Haswell", level: 1),
      "the processor lacks it too")
    #expect(
      !OutdatedKernels.areUsed(by: .mkl, core: "Haswell", level: 2), "oneMKL chooses kernels itself"
    )
    #expect(!OutdatedKernels.areUsed(by: .openBLAS, core: "unknown", level: 2))
  }

  @Test func whatIsSaidOfALibraryTellsWhoMakesTheProducts() throws {
    let info = BLAS.current.info
    let expected =
      info.paths.isEmpty
      || OutdatedKernels.areUsed(by: BLAS.current.library?.row ?? .other, core: info.core)
    #expect(info.hasNativeProducts == expected)
    if info.paths.isEmpty { return }
    // A calibration with other products is not valid.
    let subject = CalibrationSubject(BLAS.current)
    #expect(subject.library.hasSuffix(NativeLevel.name) == info.hasNativeProducts)
  }
}
