/** Keys as types: each redacts itself, compares in constant time and can be erased. */
package io.taltun.crypto.key;
