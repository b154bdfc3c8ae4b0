// Part of Apus, Apache-2.0. See LICENSE.
// Keyed digests (HMAC, RFC 2104) with OpenSSL's libcrypto. The state that depends on the key is computed
// once, so that a message of 400 bytes takes about a fifth of the time of a new HMAC.
#ifndef APUS_DIGEST_H
#define APUS_DIGEST_H
#include <stddef.h>
#include <stdint.h>

typedef struct apus_hmac apus_hmac;

// The length of the longest digest, in bytes.
enum { APUS_DIGEST_LONGEST = 64 };

// Creates a keyed digest, named as in OpenSSL ("SHA256"); NULL if there is no such digest.
apus_hmac *apus_hmac_make(const char *name, const uint8_t *key, size_t length);
// A digest with the same key for another message; NULL without memory.
apus_hmac *apus_hmac_copy(const apus_hmac *hmac);
void apus_hmac_free(apus_hmac *hmac);
// One message: begin, any number of updates, finish, which returns how many bytes it wrote.
void apus_hmac_begin(apus_hmac *hmac);
void apus_hmac_update(apus_hmac *hmac, const void *bytes, size_t length);
size_t apus_hmac_finish(apus_hmac *hmac, uint8_t *digest);
// The same, but writes two lower-case hexadecimal digits for each byte.
size_t apus_hmac_finish_text(apus_hmac *hmac, uint8_t *text);
// A digest without a key; returns how many bytes it wrote, 0 if there is no such digest.
size_t apus_digest(const char *name, const void *bytes, size_t length, uint8_t *digest);
// Makes a key from a secret that people choose, with PBKDF2 and HMAC-SHA-256 (RFC 8018); each has at most 4096 bytes.
// Returns 1 if it could.
int apus_stretch(const uint8_t *secret, size_t length, const uint8_t *salt, size_t salt_length, int rounds,
                 uint8_t *key, size_t key_length);
// Returns 1 if equal, in constant time.
int apus_digest_equal(const uint8_t *a, const uint8_t *b, size_t length);

#endif
