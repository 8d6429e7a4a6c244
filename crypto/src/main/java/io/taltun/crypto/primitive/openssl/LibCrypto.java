package io.taltun.crypto.primitive.openssl;

import jnr.ffi.annotations.IgnoreError;

/**
 * The functions of libcrypto 3 that we call, under their C names; pointers and size_t are {@code
 * long}, 0 is NULL. Errors come as return values, so errno is never saved. Public only because
 * jnr-ffi implements it in another package.
 *
 * <p>See the manual pages of the same names, section 3ssl, of OpenSSL 3.0.
 */
@SuppressWarnings("checkstyle:MethodName")
public interface LibCrypto {
  @IgnoreError
  long OpenSSL_version_num();

  @IgnoreError
  String OpenSSL_version(int type);

  @IgnoreError
  void ERR_clear_error();

  @IgnoreError
  long CRYPTO_zalloc(long bytes, long file, int line);

  @IgnoreError
  void CRYPTO_clear_free(long block, long bytes, long file, int line);

  @IgnoreError
  long EVP_CIPHER_fetch(long libraryContext, String algorithm, long properties);

  @IgnoreError
  long EVP_CIPHER_CTX_new();

  @IgnoreError
  void EVP_CIPHER_CTX_free(long context);

  @IgnoreError
  int EVP_CIPHER_CTX_ctrl(long context, int type, int argument, long pointer);

  @IgnoreError
  int EVP_EncryptInit_ex(long context, long cipher, long engine, long key, long iv);

  @IgnoreError
  int EVP_EncryptUpdate(long context, long out, long outLength, long in, int inLength);

  @IgnoreError
  int EVP_EncryptFinal_ex(long context, long out, long outLength);

  @IgnoreError
  int EVP_DecryptInit_ex(long context, long cipher, long engine, long key, long iv);

  @IgnoreError
  int EVP_DecryptUpdate(long context, long out, long outLength, long in, int inLength);

  @IgnoreError
  int EVP_DecryptFinal_ex(long context, long out, long outLength);

  @IgnoreError
  long EVP_MD_fetch(long libraryContext, String algorithm, long properties);

  @IgnoreError
  long EVP_MD_CTX_new();

  @IgnoreError
  int EVP_DigestInit_ex(long context, long digest, long engine);

  @IgnoreError
  int EVP_DigestUpdate(long context, long data, long length);

  @IgnoreError
  int EVP_DigestFinal_ex(long context, long out, long outLength);

  @IgnoreError
  long EVP_MAC_fetch(long libraryContext, String algorithm, long properties);

  @IgnoreError
  long EVP_MAC_CTX_new(long mac);

  @IgnoreError
  void EVP_MAC_CTX_free(long context);

  @IgnoreError
  int EVP_MAC_CTX_set_params(long context, long parameters);

  @IgnoreError
  int EVP_MAC_init(long context, long key, long keyLength, long parameters);

  @IgnoreError
  int EVP_MAC_update(long context, long data, long length);

  @IgnoreError
  int EVP_MAC_final(long context, long out, long outLength, long outSize);

  @IgnoreError
  long EVP_CIPHER_get0_provider(long cipher);

  @IgnoreError
  long EVP_MAC_get0_provider(long mac);

  @IgnoreError
  String OSSL_PROVIDER_get0_name(long provider);

  @IgnoreError
  long OSSL_PROVIDER_get0_provider_ctx(long provider);

  @IgnoreError
  long OSSL_PROVIDER_query_operation(long provider, int operation, long noCache);

  @IgnoreError
  void OSSL_PROVIDER_unquery_operation(long provider, int operation, long algorithms);

  @IgnoreError
  long EVP_PKEY_new_raw_private_key(int type, long engine, long key, long length);

  @IgnoreError
  long EVP_PKEY_new_raw_public_key(int type, long engine, long key, long length);

  @IgnoreError
  long EVP_PKEY_CTX_new_id(int type, long engine);

  @IgnoreError
  int EVP_PKEY_fromdata_init(long context);

  @IgnoreError
  int EVP_PKEY_fromdata(long context, long key, int selection, long parameters);

  @IgnoreError
  void EVP_PKEY_free(long key);

  @IgnoreError
  long EVP_PKEY_CTX_new(long key, long engine);

  @IgnoreError
  void EVP_PKEY_CTX_free(long context);

  @IgnoreError
  int EVP_PKEY_derive_init(long context);

  @IgnoreError
  int EVP_PKEY_derive_set_peer_ex(long context, long peer, int validate);

  @IgnoreError
  int EVP_PKEY_derive(long context, long out, long length);
}
