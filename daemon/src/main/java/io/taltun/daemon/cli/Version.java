package io.taltun.daemon.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build put into the archive. */
public final class Version implements IVersionProvider {
  /** {@code 0.1.0}, or {@code development} for classes that are not in an archive. */
  public static String text() {
    String built = Version.class.getPackage().getImplementationVersion();
    return built == null ? "development" : built;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"taltun " + text()};
  }
}
