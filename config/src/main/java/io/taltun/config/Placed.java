package io.taltun.config;

/** A value and where it was read. */
record Placed<T>(T value, Place place) {}
