// Part of Apus, Apache-2.0. See LICENSE.
#include "apus_digest.h"

#include <openssl/evp.h>

size_t apus_digest(const char *name, const void *bytes, size_t length, uint8_t *digest) {
  const EVP_MD *kind = EVP_get_digestbyname(name);
  unsigned int count = 0;
  if (kind == NULL || EVP_Digest(bytes, length, digest, &count, kind, NULL) != 1) return 0;
  return count;
}
