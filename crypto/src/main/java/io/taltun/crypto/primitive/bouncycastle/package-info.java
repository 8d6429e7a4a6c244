/** All primitives from BouncyCastle's lightweight API, without registering its provider. */
package io.taltun.crypto.primitive.bouncycastle;
