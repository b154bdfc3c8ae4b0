// Part of Apus, Apache-2.0. See LICENSE.
#include "apus_digest.h"

#include <openssl/evp.h>

size_t apus_digest(const char *name, const void *bytes, size_t length, uint8_t *digest) {
  const EVP_MD *kind = EVP_get_digestbyname(name);
  unsigned int count = 0;
  if (kind == NULL || EVP_Digest(bytes, length, digest, &count, kind, NULL) != 1) return 0;
  return count;
}

int apus_stretch(const uint8_t *secret, size_t length, const uint8_t *salt, size_t salt_length, int rounds,
                 uint8_t *key, size_t key_length) {
  if (length > 4096 || salt_length > 4096 || key_length > 4096) return 0;
  return PKCS5_PBKDF2_HMAC((const char *)secret, (int)length, salt, (int)salt_length, rounds, EVP_sha256(),
                           (int)key_length, key);
}
