/**
 * What a gateway is told to be: peers.yaml and wg-quick files, read with places and written back.
 */
package io.taltun.config;
