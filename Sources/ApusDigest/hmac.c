// Part of Apus, Apache-2.0. See LICENSE.
// SHA-256, by far the most common digest, uses OpenSSL's SHA256_CTX, which can be copied as plain memory; the
// others use HMAC_CTX. OpenSSL 3 deprecates both, but its new functions take three times as long for a short
// message.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "apus_digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct apus_hmac {
  int is_sha256;
  SHA256_CTX inner, outer, running;
  HMAC_CTX *prepared, *current;
};

static void prepare_sha256(apus_hmac *hmac, const uint8_t *key, size_t length) {
  uint8_t block[SHA256_CBLOCK] = {0}, pad[SHA256_CBLOCK];
  if (length > sizeof block) {
    SHA256(key, length, block);
  } else if (length > 0) {
    memcpy(block, key, length);
  }
  for (size_t i = 0; i < sizeof block; i++) pad[i] = block[i] ^ 0x36;
  SHA256_Init(&hmac->inner);
  SHA256_Update(&hmac->inner, pad, sizeof pad);
  for (size_t i = 0; i < sizeof block; i++) pad[i] = block[i] ^ 0x5c;
  SHA256_Init(&hmac->outer);
  SHA256_Update(&hmac->outer, pad, sizeof pad);
  OPENSSL_cleanse(block, sizeof block);
  OPENSSL_cleanse(pad, sizeof pad);
}

apus_hmac *apus_hmac_make(const char *name, const uint8_t *key, size_t length) {
  const EVP_MD *digest = EVP_get_digestbyname(name);
  if (digest == NULL || (EVP_MD_get_flags(digest) & EVP_MD_FLAG_XOF) != 0 || length > INT32_MAX) return NULL;
  apus_hmac *hmac = calloc(1, sizeof *hmac);
  if (hmac == NULL) return NULL;
  hmac->is_sha256 = EVP_MD_get_type(digest) == NID_sha256;
  if (hmac->is_sha256) {
    prepare_sha256(hmac, key, length);
    return hmac;
  }
  static const uint8_t none[1] = {0};
  hmac->prepared = HMAC_CTX_new();
  hmac->current = HMAC_CTX_new();
  if (hmac->prepared == NULL || hmac->current == NULL ||
      !HMAC_Init_ex(hmac->prepared, length > 0 ? key : none, (int)length, digest, NULL)) {
    apus_hmac_free(hmac);
    return NULL;
  }
  return hmac;
}

apus_hmac *apus_hmac_copy(const apus_hmac *hmac) {
  apus_hmac *copy = malloc(sizeof *copy);
  if (copy == NULL) return NULL;
  *copy = *hmac;
  if (hmac->is_sha256) return copy;
  copy->prepared = HMAC_CTX_new();
  copy->current = HMAC_CTX_new();
  if (copy->prepared == NULL || copy->current == NULL || !HMAC_CTX_copy(copy->prepared, hmac->prepared)) {
    apus_hmac_free(copy);
    return NULL;
  }
  return copy;
}

void apus_hmac_free(apus_hmac *hmac) {
  if (hmac == NULL) return;
  HMAC_CTX_free(hmac->prepared);
  HMAC_CTX_free(hmac->current);
  OPENSSL_cleanse(hmac, sizeof *hmac);
  free(hmac);
}

void apus_hmac_begin(apus_hmac *hmac) {
  if (hmac->is_sha256) {
    hmac->running = hmac->inner;
  } else {
    HMAC_CTX_copy(hmac->current, hmac->prepared);
  }
}

void apus_hmac_update(apus_hmac *hmac, const void *bytes, size_t length) {
  if (length == 0) return;
  if (hmac->is_sha256) {
    SHA256_Update(&hmac->running, bytes, length);
  } else {
    HMAC_Update(hmac->current, bytes, length);
  }
}

size_t apus_hmac_finish(apus_hmac *hmac, uint8_t *digest) {
  if (!hmac->is_sha256) {
    unsigned int length = 0;
    HMAC_Final(hmac->current, digest, &length);
    return length;
  }
  SHA256_Final(digest, &hmac->running);
  SHA256_CTX last = hmac->outer;
  SHA256_Update(&last, digest, SHA256_DIGEST_LENGTH);
  SHA256_Final(digest, &last);
  return SHA256_DIGEST_LENGTH;
}

size_t apus_hmac_finish_text(apus_hmac *hmac, uint8_t *text) {
  static const char digits[] = "0123456789abcdef";
  uint8_t digest[APUS_DIGEST_LONGEST];
  size_t count = apus_hmac_finish(hmac, digest);
  for (size_t i = 0; i < count; i++) {
    text[2 * i] = (uint8_t)digits[digest[i] >> 4];
    text[2 * i + 1] = (uint8_t)digits[digest[i] & 15];
  }
  return 2 * count;
}

int apus_digest_equal(const uint8_t *a, const uint8_t *b, size_t length) {
  return CRYPTO_memcmp(a, b, length) == 0;
}
