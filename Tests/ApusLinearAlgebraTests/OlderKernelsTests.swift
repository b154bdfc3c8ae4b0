// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusLinearAlgebra

/// When products are left to the native kernels.
@Suite struct OlderKernelsTests {
  @Test func librariesWithoutAVX512KernelsLeaveProductsWhereTheProcessorHasIt() {
    #expect(OlderKernels.areIn(.openBLAS, core: "Haswell", level: 2))
    #expect(OlderKernels.areIn(.openBLAS, core: "Zen", level: 2))
    #expect(OlderKernels.areIn(.blis, core: "zen3", level: 2))
  }

  @Test func othersKeepTheirProducts() {
    #expect(!OlderKernels.areIn(.openBLAS, core: "SkylakeX", level: 2))
    #expect(!OlderKernels.areIn(.openBLAS, core: "Haswell", level: 1), "so is the processor")
    #expect(!OlderKernels.areIn(.mkl, core: "Haswell", level: 2), "it chooses for itself")
    #expect(!OlderKernels.areIn(.openBLAS, core: "unknown", level: 2))
  }

  @Test func whatIsSaidOfALibraryTellsWhoMakesTheProducts() throws {
    let info = BLAS.current.info
    let expected =
      info.paths.isEmpty
      || OlderKernels.areIn(BLAS.current.library?.kind ?? .other, core: info.core)
    #expect(info.hasNativeProducts == expected)
    if info.paths.isEmpty { return }
    // What was measured with other products does not hold.
    let subject = CalibrationSubject(BLAS.current)
    #expect(subject.library.hasSuffix(NativeLevel.name) == info.hasNativeProducts)
  }
}
