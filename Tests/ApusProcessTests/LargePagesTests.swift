// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import Testing

#if os(Linux)
  struct LargePagesTests {
    @Test(arguments: [
      (nil, "glibc.malloc.hugetlb=1"),
      ("glibc.malloc.check=1", "glibc.malloc.check=1:glibc.malloc.hugetlb=1"),
      ("glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=0"),
    ])
    func theyAreRequestedUnlessTheUserHasDecided(known: String?, wanted: String) {
      var environment = ["HOME": "/"]
      environment["GLIBC_TUNABLES"] = known
      LargePages.request(in: &environment)
      #expect(environment == ["HOME": "/", "GLIBC_TUNABLES": wanted])
    }
  }
#endif
