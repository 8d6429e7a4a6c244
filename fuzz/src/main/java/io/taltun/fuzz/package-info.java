/** Drives fuzz targets: from a seed in the tests, by coverage in {@code scripts/fuzz.sh}. */
package io.taltun.fuzz;
